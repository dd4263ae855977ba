import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePcm } from '../audio/pcm.js';
import { samplesToUs } from '../audio/sample-clock.js';
import { noise } from '../audio/testing/signals.js';
import { codec, decodeAny } from '../records/codec.js';
import type { AudioChunk } from '../records/types.js';
import { emptyCheckpoint } from '../stream/checkpoint.js';
import type { Outgoing } from './outgoing.js';
import { judgingModel } from './testing/judging-model.js';
import { liveMachineLane } from './testing/machine-life.js';

const START_US = 1_700_000_000_000_000;
/** What a sensor does for a while. */
interface Stretch {
  readonly sensor: 'press' | 'pump' | 'mic';
  readonly kind: 'sound' | 'gap' | 'end' | 'clock' | 'pause';
  readonly amplitude: number;
  readonly chunks: readonly number[];
}

const stretch: fc.Arbitrary<Stretch> = fc.record({
  sensor: fc.constantFrom('press', 'press', 'pump', 'mic'),
  kind: fc.constantFrom('sound', 'sound', 'sound', 'sound', 'gap', 'end', 'clock', 'pause'),
  // Digital silence, too quiet to be on, normal, at the threshold, abnormal.
  amplitude: fc.constantFrom(0, 0.001, 0.08, 0.08, 0.18, 0.5),
  chunks: fc.array(fc.integer({ min: 20, max: 700 }), { minLength: 1, maxLength: 8 }),
});

const RATES = { press: 16_300, pump: 8_000, mic: 8_000 };

/** The log of a partition. */
function logOf(stretches: readonly Stretch[]): Uint8Array[] {
  const sensors = new Map(
    (['press', 'pump', 'mic'] as const).map(name => [
      name,
      { next: 0, zeroUs: START_US, stream: 0, seed: 1 },
    ]),
  );
  return stretches.flatMap(({ sensor, kind, amplitude, chunks }) => {
    const its = sensors.get(sensor)!;
    const sampleRateHz = RATES[sensor];
    if (kind === 'gap') its.next += 500;
    if (kind === 'clock') its.zeroUs -= 2_000_000;
    if (kind === 'pause') its.zeroUs += 1_500_000;
    const records = chunks.map((length, i): AudioChunk => {
      const firstSample = its.next;
      its.next += length;
      const samples = noise(amplitude, length, its.seed++);
      const endOfStream = kind === 'end' && i + 1 === chunks.length;
      return {
        ...{ sensor, streamId: `s${its.stream}`, firstSample, sampleRateHz, endOfStream },
        startTimeUs: its.zeroUs + samplesToUs(firstSample, sampleRateHz),
        ...{ channels: 1, encoding: 'F32LE', calibrationDbSpl: null, samples: encodePcm(samples, 'f32le') },
      };
    });
    if (kind === 'end') {
      its.zeroUs += samplesToUs(its.next, sampleRateHz);
      its.next = 0;
      its.stream++;
    }
    return records.map(record => codec('audio-chunk').encode(record));
  });
}

interface Swap {
  readonly fromSecs: number;
  readonly alpha: number | null;
  readonly bands: number;
}

const swaps: fc.Arbitrary<Swap[]> = fc.array(
  fc.record({
    fromSecs: fc.double({ min: 0, max: 2, noNaN: true }),
    alpha: fc.constantFrom(0.6, 0.9, 1.2, null),
    bands: fc.constantFrom(2, 2, 3),
  }),
  { maxLength: 3 },
);

/** Which model is active at a time, as announcements would have it. */
function modelsOf(swaps: readonly Swap[]) {
  const models = [{ fromSecs: 0, alpha: 0.9, bands: 2 }, ...swaps]
    .sort((a, b) => a.fromSecs - b.fromSecs)
    .map(({ fromSecs, alpha, bands }, i) => ({
      fromUs: i === 0 ? Number.NEGATIVE_INFINITY : START_US + fromSecs * 1e6,
      model: alpha === null ? null : judgingModel(`v${i}`, alpha, bands, bands === 3 ? [1] : undefined),
    }));
  return (timeUs: number) => models.findLast(({ fromUs }) => fromUs <= timeUs)!.model;
}

const read = (sent: readonly Outgoing[]) => sent.map(({ topic, value }) => [topic, decodeAny(value!).value]);

describe('the machines of a lane', () => {
  it('say the same, byte for byte, however often they are killed and rebuilt from the log', async () => {
    let scores = 0;
    let alarms = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(stretch, { minLength: 1, maxLength: 12 }),
        swaps,
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        async (stretches, swaps, lengths) => {
          const log = logOf(stretches);
          const modelAt = modelsOf(swaps);
          const undisturbed = (await liveMachineLane(log, modelAt, emptyCheckpoint(0), log.length, 1)).sent;
          let checkpoint = emptyCheckpoint(0);
          const sent: Outgoing[] = [];
          while (checkpoint.position < log.length) {
            const until = Math.min(log.length, checkpoint.position + lengths.next().value);
            const life = await liveMachineLane(log, modelAt, checkpoint, until, lengths.next().value);
            sent.push(...life.sent);
            checkpoint = life.checkpoint;
          }
          expect(read(sent)).toEqual(read(undisturbed));
          scores += undisturbed.filter(({ topic }) => topic === 'scores').length;
          alarms += undisturbed.filter(({ topic }) => topic === 'alarms').length;
        },
      ),
      { numRuns: 200 },
    );
    // Something did happen.
    expect(scores).toBeGreaterThan(10_000);
    expect(alarms).toBeGreaterThan(300);
  });
});
