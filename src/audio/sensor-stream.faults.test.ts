/** Gaps, jumps, duplicates, restarts: normal life of a recorder. */
import { describe, expect, it } from 'vitest';
import type { TriggerOptions } from './sensor-options.js';
import type { Notice } from './sensor-records.js';
import { SensorStream } from './sensor-stream.js';
import type { Recording } from './testing/streams.js';
import { cutEvery, cutOut, feed, merge, START_US, TONE_RATE, tone } from './testing/streams.js';

const RATE = TONE_RATE;
const QUIET = 0.001;
const LOUD = 0.3;
const TRIGGER: TriggerOptions = { thresholdDb: -30, releaseSecs: 0.3, postRollSecs: 0.3 };

const record = (samples: Float32Array): Recording => ({ samples, sampleRateHz: RATE });
const secs = (timeUs: number): number => (timeUs - START_US) / 1e6;
const kinds = (notices: readonly Notice[]): string[] => notices.map(({ kind }) => kind);

describe('a stream that is not perfect', () => {
  const loud = record(tone([2, QUIET], [6, LOUD]));
  const start = (): SensorStream => new SensorStream({ trigger: TRIGGER });

  it('drops what it has seen, whole or in part', () => {
    const chunks = cutEvery(record(tone([2, QUIET], [2, LOUD], [3, QUIET])), RATE);
    const clean = feed(start(), chunks);
    const twice = feed(
      start(),
      chunks.flatMap(chunk => [chunk, chunk]),
    );
    expect({ ...twice, notices: [] }).toEqual({ ...clean, notices: [] });
    expect(twice.notices.map(n => n.kind === 'duplicate' && n.samples)).toEqual(chunks.map(() => RATE));
    const recording = record(tone([2, QUIET], [2, LOUD], [3, QUIET]));
    const overlapping = feed(
      start(),
      chunks.map((_, i) => cutOut(recording, Math.max(0, i * RATE - 700), (i + 1) * RATE)),
    );
    expect({ ...overlapping, notices: [] }).toEqual({ ...clean, notices: [] });
    expect(overlapping.notices).toHaveLength(chunks.length - 1);
  });

  it('closes at a gap and starts anew after it', () => {
    const chunks = cutEvery(loud, RATE).filter((_, i) => i !== 4);
    const { events, levels, notices } = feed(start(), chunks);
    expect(notices).toEqual([
      { kind: 'gap', timeUs: START_US + 5e6, streamId: 'a', samples: RATE, durationSecs: 1 },
    ]);
    expect(events).toMatchObject([{ closedBy: 'gap', offsetTimeUs: START_US + 4e6, cut: false }]);
    expect(levels.map(row => secs(row.startTimeUs))).toEqual([0, 1, 2, 3, 5, 6, 7]);
  });

  it('closes at a jump of the clock and goes on with the new time', () => {
    for (const jumpUs of [90e6, -3600e6]) {
      const chunks = cutEvery(loud, RATE).map((chunk, i) =>
        i < 4 ? chunk : { ...chunk, startTimeUs: chunk.startTimeUs + jumpUs },
      );
      const { events, levels, notices } = feed(start(), chunks);
      expect(notices).toEqual([
        { kind: 'clock_jump', timeUs: START_US + 4e6 + jumpUs, streamId: 'a', jumpUs },
      ]);
      expect(events).toMatchObject([{ closedBy: 'clock_jump' }]);
      expect(levels[4]!.startTimeUs).toBe(START_US + 4e6 + jumpUs);
    }
  });

  it('takes many small steps of the clock in one cell for a jump', () => {
    const chunks = cutEvery(loud, RATE / 4).map((chunk, i) => ({
      ...chunk,
      startTimeUs: chunk.startTimeUs + 30_000 * i,
    }));
    const { notices } = feed(start(), chunks);
    expect(kinds(notices).filter(kind => kind === 'clock_jump')).toHaveLength(1);
    expect(notices.find(({ kind }) => kind === 'clock_jump')).toMatchObject({ jumpUs: 510_000 });
  });

  it('closes for a new stream, rate or calibration and starts anew', () => {
    const [first, second] = [cutOut(loud, 0, 4 * RATE), cutOut(loud, 4 * RATE, 8 * RATE)];
    const restarted = { ...second, streamId: 'b', firstSample: 0 };
    expect(merge([feed(start(), [first, restarted])])).toMatchObject({
      events: [{ closedBy: 'stream_change' }],
      notices: [{ kind: 'stream_changed', streamId: 'b', previousStreamId: 'a' }],
    });
    expect(feed(start(), [first, { ...second, sampleRateHz: 16_000 }])).toMatchObject({
      events: [{ closedBy: 'rate_change' }],
      notices: [{ kind: 'sample_rate_changed', fromHz: 8_000, toHz: 16_000 }],
    });
    const calibrated = feed(start(), [first, { ...second, calibrationDbSpl: 94 }]);
    expect(calibrated).toMatchObject({
      events: [{ closedBy: 'calibration_change' }],
      notices: [{ kind: 'calibration_changed', fromDb: null, toDb: 94 }],
    });
    expect(calibrated.levels.at(-1)!.laeqDb).toBeCloseTo(94 - 10.46, 1);
  });

  it('starts anew when the recorder counts from 0 again, and drops old sound that comes late', () => {
    const chunks = cutEvery(loud, RATE);
    const again = { ...chunks[0]!, startTimeUs: START_US + 20e6 };
    const reset = feed(start(), [...chunks, again]);
    expect(kinds(reset.notices)).toEqual(['count_reset']);
    expect(secs(reset.levels.at(-1)!.startTimeUs)).toBe(20);
    const late = { ...chunks[2]!, startTimeUs: chunks[2]!.startTimeUs - 20e6, endOfStream: true };
    const stale = feed(start(), [...chunks, late]);
    expect(kinds(stale.notices)).toEqual(['stale']);
    expect(stale.levels).toHaveLength(8);
    expect(stale.events).toEqual([]);
  });

  it('closes at its end, be it a chunk of its own or not', () => {
    const whole = feed(start(), [cutOut(loud, 0, 8 * RATE, true)]);
    expect(whole.events).toMatchObject([{ closedBy: 'end_of_stream' }]);
    const stream = start();
    const apart = feed(stream, [cutOut(loud, 0, 8 * RATE), cutOut(loud, 8 * RATE, 8 * RATE, true)]);
    expect(apart).toEqual(whole);
    expect([stream.holdMark, stream.retainedBytes]).toEqual([null, 0]);
    // Again, or that of another stream: nothing happens.
    expect(stream.push(cutOut(loud, 8 * RATE, 8 * RATE, true), 9)).toEqual({
      levels: [],
      events: [],
      notices: [],
    });
  });

  it('tells of chunks lost before its end', () => {
    const { notices } = feed(start(), [cutOut(loud, 0, 6 * RATE), cutOut(loud, 8 * RATE, 8 * RATE, true)]);
    expect(notices).toMatchObject([{ kind: 'gap', samples: 2 * RATE }]);
  });

  it('can be closed from outside and begins again', () => {
    const stream = start();
    const [first, second] = [cutOut(loud, 0, 4 * RATE), cutOut(loud, 4 * RATE, 8 * RATE)];
    feed(stream, [first]);
    expect(stream.close('idle').events).toMatchObject([{ closedBy: 'idle' }]);
    expect(stream.close('idle')).toEqual({ levels: [], events: [], notices: [] });
    const { levels, notices } = stream.push(second, 5);
    expect(stream.holdMark).toBe(5);
    expect(levels).toHaveLength(4);
    expect(notices).toEqual([]);
  });

  it('refuses a chunk that it can not use, and goes on as if it had not been', () => {
    const chunks = cutEvery(loud, RATE, true);
    const clean = feed(start(), chunks);
    const stream = start();
    const outputs = [stream.push(chunks[0]!, 0)];
    const bad = chunks[1]!.samples.slice();
    bad[77] = Number.NaN;
    const wrong = [
      [{ samples: bad }, 'AUDIO_NOT_FINITE'],
      [{ samples: bad.map(x => x / 0) }, 'AUDIO_NOT_FINITE'],
      [{ sampleRateHz: 4_000 }, 'PARAMETER_INVALID'],
      [{ sampleRateHz: 22_050.5 }, 'PARAMETER_INVALID'],
      [{ firstSample: -1 }, 'PARAMETER_INVALID'],
      [{ firstSample: 2 ** 53 }, 'PARAMETER_INVALID'],
      [{ startTimeUs: 0.5 }, 'PARAMETER_INVALID'],
      [{ calibrationDbSpl: Number.NaN }, 'PARAMETER_INVALID'],
    ] as const;
    for (const [change, code] of wrong) {
      expect(() => stream.push({ ...chunks[1]!, ...change }, 1)).toThrow(expect.objectContaining({ code }));
    }
    outputs.push(feed(stream, chunks.slice(1), 2));
    expect(merge(outputs)).toEqual(clean);
  });
});
