import { join } from 'node:path';
import { openEmbedded } from '../../src/broker/embedded/open.js';
import type { OutgoingMessage } from '../../src/broker/port.js';
import { startNoiseLearn } from '../../src/stages/noise-learn.js';
import { testContext } from '../../src/stages/testing/stage-context.js';
import { brokerWithDay, FEATURES } from './simulated-day.js';

/** Learns a network from a simulated day as the learning stage does, and tells what that took. */

export interface LearnDay {
  readonly dataDir: string;
  readonly type: 'vade' | 'dec';
  readonly events: number;
  readonly filters: readonly number[];
}

const { dataDir, type, events, filters } = JSON.parse(process.argv[2]!) as LearnDay;
const own = await openEmbedded(join(dataDir, 'broker'), { mode: 'own' });
await own.admin.createTopic(FEATURES, { partitions: 1 });
await own.admin.createTopic('models', { partitions: 1, cleanupPolicy: 'compact' });
let announced: () => void = () => {};
const learnt = new Promise<void>(resolve => {
  announced = resolve;
});
const stage = await startNoiseLearn(
  {
    input: FEATURES,
    outputs: { models: 'models' },
    model: {
      ...{ type, groups: 3, minGroups: 2, maxGroups: 5, novelQuantile: 0.01, seed: 1 },
      ...{ latentDim: 10, filters, pretrainEpochs: 1, epochs: 1, batchSize: 32, learningRate: 0.001 },
    },
    logMel: null,
    firstAfterEvents: events,
    windowHours: 24,
  },
  testContext(
    brokerWithDay(own, events),
    async (_, messages: readonly OutgoingMessage[]) => {
      if (messages.length > 0) announced();
    },
    { dataDir },
  ),
);
await Promise.race([learnt, stage.done]);
const { user, system } = process.cpuUsage();
process.send!({
  peakMb: Math.round(process.resourceUsage().maxRSS / 1000),
  cpuSecs: (user + system) / 1e6,
});
await stage.stop();
await own.close();
