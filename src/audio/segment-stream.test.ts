import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resample } from './resample.js';
import { SegmentStream, type SoundSegment } from './segment-stream.js';
import { SEGMENT_SAMPLE_RATE_HZ } from './segments.js';
import type { SoundChunk } from './sensor-records.js';
import { noise } from './testing/signals.js';
import { cutAt, cutEvery, cutOut, type Recording, START_US } from './testing/streams.js';

/** Short ones, so that a second has many: a tenth of a second, a new one every 0.06 s. */
const OPTIONS = { samplesPerSegment: 1630, stepSamples: 978, clockJumpSecs: 0.5 };

const stream = () => new SegmentStream(OPTIONS);

function segmentsOf(chunks: readonly SoundChunk[], { end = true } = {}): SoundSegment[] {
  const listening = stream();
  const segments = chunks.flatMap((chunk, mark) => listening.push(chunk, mark).segments);
  return end ? [...segments, ...listening.close()] : segments;
}

const recording = (sampleRateHz: number, secs: number, more: Partial<Recording> = {}): Recording => ({
  samples: noise(0.5, Math.round(secs * sampleRateHz)),
  sampleRateHz,
  ...more,
});

/** All but the mark, which depends on where the chunks end. */
const unmarked = (segments: readonly SoundSegment[]) => segments.map(({ mark: _mark, ...rest }) => rest);

const rates = fc.constantFrom(8_000, 16_000, SEGMENT_SAMPLE_RATE_HZ, 22_050, 44_101, 48_000);

describe('segments of a stream', () => {
  it.each([8_000, 16_300, 44_100, 44_101, 48_000])(
    'are the same bits as those of the recording as a whole, at %i Hz',
    sampleRateHz => {
      const sound = recording(sampleRateHz, 1);
      const whole = resample(sound.samples, sampleRateHz, SEGMENT_SAMPLE_RATE_HZ);
      const segments = segmentsOf(cutEvery(sound, 777, true));
      expect(segments).toHaveLength(
        1 + Math.floor((whole.length - OPTIONS.samplesPerSegment) / OPTIONS.stepSamples),
      );
      segments.forEach(({ samples, firstSample, startUs, endUs, afterGap }, i) => {
        expect(firstSample).toBe(i * OPTIONS.stepSamples);
        expect(samples).toEqual(whole.slice(firstSample, firstSample + OPTIONS.samplesPerSegment));
        expect(afterGap).toBe(i === 0);
        const secs = (startUs - START_US) / 1e6;
        expect(Math.abs(secs - firstSample / SEGMENT_SAMPLE_RATE_HZ)).toBeLessThan(1 / sampleRateHz + 1e-6);
        expect(endUs - startUs).toBe(100_000);
      });
    },
  );

  it('are the same however the recording is cut into chunks', () => {
    const places = fc.array(fc.integer({ min: 1, max: 24_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(rates, fc.nat(20_000), places, (sampleRateHz, firstSample, cuts) => {
        const sound = recording(sampleRateHz, 0.5, { firstSample });
        const whole = unmarked(segmentsOf([cutOut(sound, 0, sound.samples.length)]));
        expect(whole.length).toBeGreaterThan(4);
        expect(unmarked(segmentsOf(cutAt(sound, cuts)))).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('come again, bit for bit, when the log is read from the mark of any of them, or from the hold', () => {
    const gap = fc.record({ at: fc.integer({ min: 0, max: 40 }), chunks: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(
        rates,
        fc.integer({ min: 50, max: 3000 }),
        fc.array(gap, { maxLength: 2 }),
        fc.nat(),
        (sampleRateHz, length, gaps, pick) => {
          const lost = (i: number) => gaps.some(({ at, chunks }) => i >= at && i < at + chunks);
          const chunks = cutEvery(recording(sampleRateHz, 0.5), length).filter((_, i) => !lost(i));
          fc.pre(chunks.length > 0);
          const listening = stream();
          const undisturbed: SoundSegment[] = [];
          const holds: (number | null)[] = [];
          chunks.forEach((chunk, mark) => {
            undisturbed.push(...listening.push(chunk, mark).segments);
            holds.push(listening.holdMark);
          });
          /** What a replay from a mark gives. It begins in the middle, which looks like a gap. */
          const replayed = (from: number) => {
            const again = stream();
            return chunks.slice(from).flatMap((chunk, i) => again.push(chunk, from + i).segments);
          };
          const samplesOf = (segments: readonly SoundSegment[]) =>
            unmarked(segments).map(({ afterGap: _afterGap, ...rest }) => rest);
          const at = pick % (undisturbed.length + 1);
          const wanted = undisturbed.slice(at);
          if (wanted[0] !== undefined)
            expect(samplesOf(replayed(wanted[0].mark)).slice(-wanted.length)).toEqual(samplesOf(wanted));
          const life = pick % chunks.length;
          const later = undisturbed.slice(segmentsOf(chunks.slice(0, life + 1), { end: false }).length);
          if (later.length > 0)
            expect(samplesOf(replayed(holds[life]!)).slice(-later.length)).toEqual(samplesOf(later));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('do not go across a gap, and keep their places after it', () => {
    const sound = recording(16_300, 1);
    const chunks = [cutOut(sound, 0, 4_000), cutOut(sound, 5_000, 16_300)];
    const listening = stream();
    const before = listening.push(chunks[0]!, 0);
    expect(before.segments.map(({ firstSample }) => firstSample)).toEqual([0, 978, 1956]);
    const { segments, notices } = listening.push(chunks[1]!, 1);
    expect(notices).toMatchObject([{ kind: 'gap', samples: 1000 }]);
    expect(segments[0]).toMatchObject({ firstSample: 5 * 978 + 978, afterGap: true, mark: 1 });
    expect(segments[1]!.afterGap).toBe(false);
    expect(listening.holdMark).toBe(1);
  });

  it('take a clock’s time from the chunk that they begin in', () => {
    const sound = recording(16_300, 1);
    const late = cutOut(sound, 1_000, 16_300);
    const listening = stream();
    listening.push(cutOut(sound, 0, 1_000), 0);
    const { segments } = listening.push({ ...late, startTimeUs: late.startTimeUs + 7_000 }, 1);
    expect(segments.slice(0, 3).map(({ startUs }) => startUs - START_US)).toEqual([0, 60_000, 127_000]);
  });

  it('begin anew with a jump of the clock, another recorder, rate or calibration', () => {
    const sound = recording(16_300, 0.5);
    const first = cutOut(sound, 0, 8_000);
    const next = cutOut(recording(16_300, 1), 8_000, 12_000);
    const jump = { startTimeUs: next.startTimeUs + 3_600_000_000 };
    const other = { streamId: 'b', firstSample: 0 };
    for (const change of [jump, other, { sampleRateHz: 16_000 }, { calibrationDbSpl: 90 }]) {
      const listening = stream();
      listening.push(first, 0);
      const { segments, notices } = listening.push({ ...next, ...change }, 1);
      expect(notices).toHaveLength(1);
      expect(segments.find(({ mark }) => mark === 1)).toMatchObject({ afterGap: true });
    }
  });

  it('hold nothing when the recorder has said that it ends', () => {
    const listening = stream();
    const { segments } = listening.push(cutOut(recording(48_000, 0.1), 0, 4_800, true), 3);
    expect(segments).toHaveLength(1);
    expect(listening.holdMark).toBeNull();
    expect(listening.retainedBytes).toBe(0);
  });

  it('know digital silence, loudness and clipping', () => {
    const quiet = segmentsOf([cutOut({ samples: new Float32Array(1630), sampleRateHz: 16_300 }, 0, 1630)]);
    expect(quiet[0]).toMatchObject({ levelDb: null, clippedSamples: 0 });
    const square = Float32Array.from({ length: 1630 }, (_, i) => (i % 100 < 50 ? 1 : -1));
    const loud = { samples: square, sampleRateHz: 16_300, calibrationDbSpl: 90 };
    const [segment] = segmentsOf([cutOut(loud, 0, 1630)]);
    expect(segment!.clippedSamples).toBe(1630);
    expect(segment!.levelDb).toBeCloseTo(93.01, 2);
  });

  it('keep no more sound than a segment takes', () => {
    const listening = stream();
    const sound = recording(48_000, 4);
    for (const [mark, chunk] of cutEvery(sound, 480).entries()) {
      listening.push(chunk, mark);
      expect(listening.retainedBytes).toBeLessThan(4 * 2 * 4_096 * 2);
    }
  });
});

describe('a chunk that no segment can be made of', () => {
  it('is refused, and changes nothing', () => {
    const sound = recording(16_300, 0.5);
    const listening = stream();
    listening.push(cutOut(sound, 0, 1_000), 0);
    const next = cutOut(sound, 1_000, 4_000);
    const refused = (change: Partial<SoundChunk>) => expect(() => listening.push({ ...next, ...change }, 1));
    refused({ samples: Float32Array.of(Number.NaN) }).toThrow(
      expect.objectContaining({ code: 'AUDIO_NOT_FINITE' }),
    );
    refused({ sampleRateHz: 100 }).toThrow(expect.objectContaining({ code: 'PARAMETER_INVALID' }));
    refused({ firstSample: -1 }).toThrow(expect.objectContaining({ code: 'PARAMETER_INVALID' }));
    expect(unmarked(listening.push(next, 1).segments)).toEqual(
      unmarked(segmentsOf([cutOut(sound, 0, 4_000)], { end: false })),
    );
  });
});
