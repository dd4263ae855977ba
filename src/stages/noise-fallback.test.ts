import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { announceModel } from '../lifecycle/announce-model.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { fitDeepNoise } from '../lifecycle/fit-deep-noise.js';
import { saveModel } from '../lifecycle/model-store.js';
import type { GroupAssignment } from '../lifecycle/noise-model.js';
import { batchOf, tensorsOf, trainingSet } from '../lifecycle/testing/events.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { codec } from '../records/codec.js';
import type { ModelAnnouncement } from '../records/types.js';
import { publishAnnouncement } from './announcements.js';
import type { AssigningOptions } from './assigning-stage.js';
import { startNoiseAssign } from './noise-assign.js';
import { type NoiseLearnOptions, startNoiseLearn } from './noise-learn.js';
import { EVENTS, prepare, sendEvents, until } from './testing/noise-topics.js';
import { scratchBrokers } from './testing/scratch-broker.js';

const ASSIGN: AssigningOptions = {
  ...{ input: 'features.noise', models: 'models', batchSize: 16, lingerMs: 1 },
  ...{ outputs: { assignments: 'assignments', deadLetter: 'dead' }, whenNoModel: 'wait' },
};

const NETWORK = { latentDim: 3, filters: [4, 8], pretrainEpochs: 8, epochs: 4, batchSize: 12 };

const LEARN: NoiseLearnOptions = {
  ...{ input: 'features.noise', outputs: { models: 'models' }, logMel: null },
  model: {
    ...{ type: 'vade', groups: 3, minGroups: 2, maxGroups: 5, novelQuantile: 0.01, seed: 1 },
    ...NETWORK,
  },
  ...{ firstAfterEvents: 60, windowHours: 24 },
};

describe('stages whose threads have no TensorFlow', () => {
  const scratchBroker = scratchBrokers();
  const fitted = new Map<number, Awaited<ReturnType<typeof fitDeepNoise>>>();
  let dataDir: string;

  beforeAll(async () => {
    // This thread has it, and trains the models.
    await openBackend();
    for (const sequence of [1, 2]) {
      const options = { kind: 'vade', groups: 3, sequence, seed: sequence, network: NETWORK } as const;
      fitted.set(sequence, await fitDeepNoise(await trainingSet(EVENTS), options, tensorsOf(EVENTS)));
    }
  }, 180_000);
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'plantsense-fallback-'));
    vi.stubEnv('XDG_CACHE_HOME', join(dataDir, 'cache'));
    vi.stubEnv('PLANTSENSE_TENSOR_BACKEND', '');
    vi.stubEnv('CXX', 'no-such-compiler');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(dataDir, { recursive: true });
  });

  it('assign with a network all the same, and warn once of what that costs', async () => {
    const broker = await scratchBroker();
    const { context, sent, logged } = await prepare(broker, dataDir);
    const announcements: ModelAnnouncement[] = [];
    for (const [sequence, { artefact }] of fitted) {
      await saveModel(new DirectoryModelStore(join(dataDir, 'models')), artefact);
      // The second one takes over in the middle.
      const activeFromUs = sequence === 1 ? 0 : EVENTS[30]!.timeUs;
      const announcement = announceModel(announcements, artefact, 3, {
        ...{ state: 'promoted', reason: 'A test.', activeFromUs },
      });
      announcements.push(announcement);
      await publishAnnouncement(await broker.producer(), 'models', announcement);
    }
    await sendEvents(broker);
    const stage = await startNoiseAssign(ASSIGN, context);
    await until(() => sent.length === EVENTS.length);
    await stage.stop();

    const answers = sent.map(([, { value }]) => codec('noise-assignment').decode(value!));
    const batch = batchOf(EVENTS);
    const [first, second] = [await answersOf(1, batch), await answersOf(2, batch)];
    expect(new Set(answers.map(({ modelVersion }) => modelVersion)).size).toBe(2);
    for (const [i, { group, novel, logLikelihood }] of answers.entries()) {
      const expected = (i < 30 ? first : second)[i]!;
      expect([group, novel]).toEqual([expected.group, expected.novel]);
      expect(logLikelihood).toBeCloseTo(expected.logLikelihood, 1);
    }
    const warnings = logged.filter(line => line.startsWith('Tensors are computed without TensorFlow'));
    expect(warnings).toEqual([expect.stringMatching(/about 20 times slower.*COMPILER_MISSING/)]);
  });

  it('say that they can not train a network, and go on without a model', async () => {
    const broker = await scratchBroker();
    const { context, sent, logged } = await prepare(broker, dataDir);
    await sendEvents(broker);
    const stage = await startNoiseLearn(LEARN, context);
    let failure: unknown = null;
    stage.done.catch(error => {
      failure = error;
    });
    const refusals = () => logged.filter(line => line.startsWith('No model yet'));
    await until(() => refusals().length > 0);
    await until(() => !existsSync(join(dataDir, 'checkpoints')));
    expect(refusals()).toEqual([expect.stringMatching(/WebAssembly.*not train one.*doctor/)]);
    expect(stage.detail).toContain('could not fit a model');
    expect([failure, await stage.isBusy(), sent]).toEqual([null, false, []]);
    await stage.stop();
  });

  async function answersOf(
    sequence: number,
    batch: ReturnType<typeof batchOf>,
  ): Promise<readonly GroupAssignment[]> {
    return fitted.get(sequence)!.model.assign(batch);
  }
});
