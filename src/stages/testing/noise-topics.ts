import type { Broker, OutgoingMessage } from '../../broker/port.js';
import { BANDS, FEATURE_SET, FRAMES, mixedEvents } from '../../lifecycle/testing/events.js';
import { codec } from '../../records/codec.js';
import { tensorBytes } from '../../records/tensor-bytes.js';
import { EXAMPLES } from '../../records/testing/examples.js';
import { testContext } from './stage-context.js';

/** Events of three sources. */
export const EVENTS = mixedEvents([30, 20, 10]);

/** Sends events to the topic of features. */
export async function sendEvents(broker: Broker, events = EVENTS): Promise<void> {
  const messages = events.map(({ eventId, timeUs, logMel }) => {
    const record = {
      ...EXAMPLES['noise-features'],
      ...{ eventId: eventId.replace(/\D/g, '').padStart(32, '0'), startTimeUs: timeUs },
      ...{ featureSet: FEATURE_SET, shape: [BANDS, FRAMES], tensor: tensorBytes(logMel) },
    };
    return { key: null, value: codec('noise-features').encode(record), partition: 0 };
  });
  await (await broker.producer()).send('features.noise', messages);
}

/** Makes the topics of a broker, and a stage's context that sends to it and keeps what is logged. */
export async function prepare(broker: Broker, dataDir: string) {
  await broker.admin.createTopic('features.noise', { partitions: 1 });
  await broker.admin.createTopic('models', { partitions: 1, cleanupPolicy: 'compact' });
  const producer = await broker.producer();
  const sent: (readonly [string, OutgoingMessage])[] = [];
  const logged: string[] = [];
  const context = testContext(
    broker,
    async (topic, messages) => {
      for (const message of messages) sent.push([topic, message]);
      if (topic === 'models') await producer.send(topic, messages);
    },
    { dataDir },
  );
  const note = (...args: unknown[]) => void logged.push(String(args.at(-1)));
  const log = { ...context.log, info: note, warn: note } as never;
  return { context: { ...context, log }, sent, logged };
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 5));
}
