import type { Broker, OutgoingMessage } from '../../broker/port.js';
import { segmentFeatureSet } from '../../lifecycle/machine-model/segment-features.js';
import { TINY_SEGMENTER } from '../../lifecycle/machine-model/testing/tiny-machine.js';
import { machineSegments } from '../../nn/residual/testing/tiny.js';
import { codec } from '../../records/codec.js';
import { originId } from '../../records/ids.js';
import { tensorBytes } from '../../records/tensor-bytes.js';
import { EXAMPLES } from '../../records/testing/examples.js';
import type { MachineFeatures, MachineScore } from '../../records/types.js';
import type { StageContext } from '../stage.js';
import { testContext } from './stage-context.js';

/** Samples from one segment to the next one. */
export const STRIDE = 192;
export const START_US = 1_767_225_600_000_000;
export const FEATURES = 'features.machine';
export const SCORES = 'machine.scores';

export interface SentSegments {
  readonly count: number;
  readonly sensor?: string;
  readonly streamId?: string;
  /** Number of the first in its stream. */
  readonly first?: number;
  /** Of the sound; -1 for digital silence. */
  readonly seed?: number;
  /** With a noise in each. */
  readonly clack?: boolean;
  readonly partition?: number;
  readonly change?: (i: number) => Partial<MachineFeatures>;
}

/** Event time of a stream's segment of that number. */
export function timeOf(number: number): number {
  return START_US + Math.round((number * STRIDE * 1e6) / 16_300);
}

/** Segments of a tiny machine, one after another. */
export function segmentsOf({ count, ...rest }: SentSegments): MachineFeatures[] {
  const { sensor = 'press-7', streamId = 's1', first = 0, seed = 1, clack = false, change } = rest;
  const size = 32 * 8;
  const values = seed < 0 ? new Float32Array(count * size) : machineSegments(count, { seed, clack });
  return Array.from({ length: count }, (_, i) => {
    const firstSample = (first + i) * STRIDE;
    return {
      ...{ sensor, streamId, firstSample, startTimeUs: timeOf(first + i), durationSecs: 288 / 16_300 },
      segmentId: originId('segment', sensor, streamId, firstSample),
      featureSet: segmentFeatureSet(TINY_SEGMENTER.options),
      shape: [32, 8],
      tensor: tensorBytes(values.slice(i * size, (i + 1) * size)),
      ...change?.(i),
    };
  });
}

export async function sendSegments(broker: Broker, segments: SentSegments): Promise<void> {
  const messages = segmentsOf(segments).map(record => ({
    ...{ key: record.sensor, partition: segments.partition ?? 0 },
    value: codec('machine-features').encode(record),
  }));
  await (await broker.producer()).send(FEATURES, messages);
}

/** Scores of the same segments. */
export async function sendScores(
  broker: Broker,
  segments: SentSegments,
  score: (i: number) => Partial<MachineScore> = () => ({}),
): Promise<void> {
  const messages = segmentsOf(segments).map(
    ({ segmentId, sensor, streamId, firstSample, startTimeUs }, i) => {
      const record: MachineScore = {
        ...EXAMPLES['machine-score'],
        ...{ segmentId, sensor, streamId, firstSample, timeUs: startTimeUs, detectors: [] },
        ...score(i),
      };
      return { key: sensor, value: codec('machine-score').encode(record), partition: 0 };
    },
  );
  await (await broker.producer()).send(SCORES, messages);
}

/** Makes the topics of a broker, and a stage's context that sends to it and keeps what is logged. */
export async function prepareMachines(
  broker: Broker,
  dataDir: string,
  { partitions = 1, overrides = {} as Partial<StageContext> } = {},
) {
  await broker.admin.createTopic(FEATURES, { partitions });
  await broker.admin.createTopic(SCORES, { partitions: 1 });
  await broker.admin.createTopic('models', { partitions: 1, cleanupPolicy: 'compact' });
  const producer = await broker.producer();
  const logged: string[] = [];
  const send = (topic: string, messages: readonly OutgoingMessage[]) => producer.send(topic, messages);
  const context = testContext(broker, send, { dataDir, ...overrides });
  const note = (...args: unknown[]) => void logged.push(String(args.at(-1)));
  const log = { ...context.log, info: note, warn: note } as never;
  return { context: { ...context, log }, logged };
}
