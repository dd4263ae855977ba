import { describe, expect, it } from 'vitest';
import type { SensorOptions, TriggerOptions } from './sensor-options.js';
import type { Notice } from './sensor-records.js';
import { SensorStream } from './sensor-stream.js';
import { concat, noise, sine } from './testing/signals.js';
import type { Recording } from './testing/streams.js';
import { cutEvery, feed, START_US, TONE_RATE, tone } from './testing/streams.js';

const RATE = TONE_RATE;
const QUIET = 0.001;
const LOUD = 0.3;
/** A 1 kHz tone at QUIET is −60 dBFS, at LOUD −10 dBFS. */
const TRIGGER: TriggerOptions = { thresholdDb: -30, releaseSecs: 0.3, postRollSecs: 0.3 };

const record = (samples: Float32Array, more: Partial<Recording> = {}): Recording => ({
  samples,
  sampleRateHz: RATE,
  ...more,
});

function listen(
  recording: Recording,
  trigger: Partial<TriggerOptions> = {},
  options: Partial<SensorOptions> = {},
) {
  const stream = new SensorStream({ trigger: { ...TRIGGER, ...trigger }, ...options });
  return feed(stream, cutEvery(recording, RATE, true));
}

const secs = (timeUs: number): number => (timeUs - START_US) / 1e6;
const kinds = (notices: readonly Notice[]): string[] => notices.map(({ kind }) => kind);

describe('levels of a sensor', () => {
  it('come once a UTC second, the first and the last as long as they were recorded', () => {
    const { levels } = listen(record(tone([3.5, LOUD]), { startUs: START_US + 250_000 }));
    expect(levels.map(row => [secs(row.startTimeUs), secs(row.endTimeUs), row.sampleCount])).toEqual([
      [0.25, 1, 6_000],
      [1, 2, 8_000],
      [2, 3, 8_000],
      [3, 3.75, 6_000],
    ]);
    expect(levels.map(row => row.firstSample)).toEqual([0, 6_000, 14_000, 22_000]);
  });

  it('are dBFS and say so, or dB SPL of a calibrated sensor', () => {
    const uncalibrated = listen(record(tone([2, LOUD]))).levels[1]!;
    expect(uncalibrated.calibrated).toBe(false);
    expect(uncalibrated.laeqDb).toBeCloseTo(-10.46, 1);
    const calibrated = listen(record(tone([2, LOUD]), { calibrationDbSpl: 120 })).levels[1]!;
    expect(calibrated.calibrated).toBe(true);
    expect(calibrated.laeqDb).toBeCloseTo(109.54, 1);
    expect(calibrated.lcPeakDb! - calibrated.laeqDb!).toBeCloseTo(3.01, 1);
  });

  it('do not notice that filters start afresh each cell', () => {
    // At the cell's border the fresh filters differ from the old by less than a hundredth of a dB.
    const { levels } = listen(record(noise(0.1, 25 * RATE)), {}, { thirdOctaves: true });
    const whole = feed(
      new SensorStream({ trigger: TRIGGER, thirdOctaves: true, gridSecs: 30 }),
      cutEvery(record(noise(0.1, 25 * RATE)), RATE, true),
    ).levels;
    levels.forEach((row, i) => {
      expect(row.laeqDb).toBeCloseTo(whole[i]!.laeqDb!, 2);
      expect(row.l90Db).toBeCloseTo(whole[i]!.l90Db!, 1);
      row.bandsDb!.forEach((db, band) => {
        expect(Math.abs(db! - whole[i]!.bandsDb![band]!)).toBeLessThan(0.05);
      });
    });
  });

  it('are null in digital silence', () => {
    const { levels } = listen(record(concat(tone([1.5, LOUD]), new Float32Array(2.5 * RATE))));
    expect(levels.map(row => [row.silent, row.laeqDb === null])).toEqual([
      [false, false],
      [false, false],
      [true, true],
      [true, true],
    ]);
  });

  it('count clipped samples', () => {
    const samples = tone([2, QUIET]);
    samples.fill(1, RATE, RATE + 7);
    expect(listen(record(samples)).levels.map(row => row.clippedSamples)).toEqual([0, 7]);
  });

  it('absorb a slow drift of the clock at the border of a cell', () => {
    // The recorder's clock gains 300 µs each second: cells get fewer samples than their time says.
    const samples = tone([24, LOUD]);
    const chunks = cutEvery(record(samples), RATE).map((chunk, i) => ({
      ...chunk,
      startTimeUs: chunk.startTimeUs + 300 * i,
    }));
    const { levels, notices } = feed(new SensorStream({ trigger: null }), chunks);
    expect(levels.slice(0, 20).map(row => secs(row.startTimeUs))).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    expect(levels.map(row => row.sampleCount).filter(count => count !== RATE)).toEqual([7_981, 7_976]);
    expect(levels.slice(0, 20).reduce((sum, row) => sum + row.sampleCount, 0)).toBe(levels[20]!.firstSample);
    expect(kinds(notices)).toEqual(['clock_drift', 'clock_drift']);
    expect(notices[1]).toMatchObject({ driftUs: 3000, ppm: expect.closeTo(300, 0) });
  });
});

describe('events of a sensor', () => {
  it('have clip, times and levels', () => {
    const { events } = listen(record(tone([3, QUIET], [2, LOUD], [4, QUIET]), { calibrationDbSpl: 100 }), {
      thresholdDb: 70,
      preRollSecs: 0.5,
    });
    expect(events).toHaveLength(1);
    const event = events[0]!;
    expect(secs(event.onsetTimeUs)).toBeCloseTo(3, 1);
    expect(secs(event.startTimeUs)).toBeCloseTo(secs(event.onsetTimeUs) - 0.5, 5);
    // Fast falls 34.7 dB a second: from 89.5 dB to below 67 dB in 0.65 s.
    expect(secs(event.offsetTimeUs)).toBeCloseTo(5.65, 1);
    expect(secs(event.endTimeUs)).toBeCloseTo(secs(event.offsetTimeUs) + 0.3, 5);
    expect(event.durationSecs).toBeCloseTo(2.65, 1);
    expect(event).toMatchObject({ closedBy: 'release', cut: false, continued: false, calibrated: true });
    expect(event.lafMaxDb).toBeCloseTo(89.54, 1);
    expect(event.laeqDb).toBeCloseTo(89.54 + 10 * Math.log10(2 / event.durationSecs), 0);
    expect(event.l10Db).toBeCloseTo(89.5, 1);
    expect(event.l90Db!).toBeLessThan(80);
    expect(event.peakAmplitude).toBeCloseTo(LOUD, 3);
    expect(event.audio.length).toBe(event.sampleCount);
  });

  it('carry the samples as they came, pre-roll and post-roll included', () => {
    const samples = concat(noise(QUIET, 2 * RATE, 1), noise(LOUD, RATE, 2), noise(QUIET, 3 * RATE, 3));
    const { events } = listen(record(samples, { firstSample: 0 }));
    const { firstSample, sampleCount, audio } = events[0]!;
    expect(audio).toEqual(samples.slice(firstSample, firstSample + sampleCount));
    expect(firstSample).toBeLessThanOrEqual(1.5 * RATE);
    expect(firstSample + sampleCount).toBeGreaterThan(3.3 * RATE);
  });

  it('stay open across chunks and cells', () => {
    const { events } = listen(record(tone([8, QUIET], [7, LOUD], [5, QUIET])));
    expect(events).toHaveLength(1);
    expect(events[0]!.durationSecs).toBeCloseTo(7.65, 0);
  });

  it('are cut at a cell when they last too long, and continued', () => {
    const { events } = listen(record(tone([5, QUIET], [58, LOUD], [7, QUIET])), { maxDurationSecs: 25 });
    expect(events.map(e => [Math.round(secs(e.startTimeUs)), Math.round(secs(e.endTimeUs))])).toEqual([
      // (pre-roll is in: the first begins at 4.5 s, so it may not last to the boundary at 30 s)
      [5, 20],
      [20, 40],
      [40, 60],
      [60, 64],
    ]);
    expect(events.map(e => [e.closedBy, e.cut, e.continued])).toEqual([
      ['max_duration', true, false],
      ['max_duration', true, true],
      ['max_duration', true, true],
      ['release', false, true],
    ]);
    for (const [i, event] of events.slice(1).entries()) {
      expect(event.firstSample).toBe(events[i]!.firstSample + events[i]!.sampleCount);
      expect(event.onsetTimeUs).toBe(event.startTimeUs);
    }
  });

  it('do not reach back before the stream', () => {
    const { events } = listen(record(tone([0.2, QUIET], [1, LOUD], [2, QUIET])), { preRollSecs: 1 });
    expect(events[0]!.firstSample).toBe(0);
  });

  it('are dropped and counted when they are too short', () => {
    const samples = tone([2, QUIET], [0.02, LOUD], [3, QUIET]);
    const { events, notices } = listen(record(samples), { minDurationSecs: 0.8 });
    expect(events).toEqual([]);
    expect(notices).toEqual([expect.objectContaining({ kind: 'event_too_short', streamId: 'a' })]);
    expect(listen(record(samples), { minDurationSecs: 0.1 }).events).toHaveLength(1);
  });

  it('are not begun during the hold-off', () => {
    const bursts = tone(
      [1, QUIET],
      [0.5, LOUD],
      [2.5, QUIET],
      [0.5, LOUD],
      [2.5, QUIET],
      [0.5, LOUD],
      [2, QUIET],
    );
    expect(listen(record(bursts)).events).toHaveLength(3);
    expect(listen(record(bursts), { holdOffSecs: 3 }).events).toHaveLength(2);
  });

  it('can be triggered by C- or Z-weighted and Slow levels', () => {
    // 50 Hz: 30 dB less in A, 1.3 dB less in C.
    const hum = concat(noise(1e-4, 2 * RATE), sine(50, LOUD, 2 * RATE, RATE), noise(1e-4, 4 * RATE));
    expect(listen(record(hum)).events).toHaveLength(0);
    for (const weighting of ['C', 'Z'] as const) {
      expect(listen(record(hum), { weighting }).events).toHaveLength(1);
    }
    const burst = tone([2, QUIET], [0.05, LOUD], [4, QUIET]);
    expect(listen(record(burst), { thresholdDb: -18 }).events).toHaveLength(1);
    expect(listen(record(burst), { thresholdDb: -18, timeWeighting: 'slow' }).events).toHaveLength(0);
  });

  it('are not triggered by the offset of a recorder that starts', () => {
    const offset = tone([5, QUIET]).map(x => x + 0.4);
    expect(listen(record(offset), { thresholdDb: -50 }).events).toEqual([]);
  });

  it('are off without a trigger', () => {
    const stream = new SensorStream({ trigger: null });
    const { events, levels } = feed(stream, cutEvery(record(tone([5, LOUD])), RATE));
    expect(events).toEqual([]);
    expect(levels).toHaveLength(5);
    expect(stream.retainedBytes).toBeLessThan(20_000);
  });
});

describe('the alarm of a sensor that sends zeros', () => {
  it('opens and closes at the border of a cell', () => {
    const samples = concat(tone([5, QUIET]), new Float32Array(18 * RATE), tone([9, QUIET]));
    const { notices } = listen(record(samples));
    expect(notices).toMatchObject([
      { kind: 'sensor_silent', state: 'opened', timeUs: START_US + 10e6 },
      { kind: 'sensor_silent', state: 'closed', timeUs: START_US + 30e6 },
    ]);
  });

  it('closes when the stream ends', () => {
    const { notices } = listen(record(new Float32Array(12 * RATE)));
    expect(notices).toMatchObject([
      { kind: 'sensor_silent', state: 'opened', timeUs: START_US + 10e6 },
      { kind: 'sensor_silent', state: 'closed', timeUs: START_US + 12e6 },
    ]);
  });
});

describe('the mark that a stream holds', () => {
  it('moves on with each cell that begins in quiet', () => {
    const stream = new SensorStream({ trigger: TRIGGER });
    const held = cutEvery(record(tone([45, QUIET])), RATE).map((chunk, i) => {
      stream.push(chunk, i);
      return stream.holdMark;
    });
    // The chunk that starts at 9 s holds the warm-up of the cell at 10 s, and so on.
    expect(held.filter((mark, i) => mark !== held[i - 1])).toEqual([0, 9, 19, 29, 39]);
    expect(held.indexOf(9)).toBe(9);
  });

  it('waits for an open event, and for events that follow each other at most so long', () => {
    const options = { trigger: { ...TRIGGER, maxDurationSecs: 20, holdOffSecs: 2 } };
    const held = (samples: Float32Array): number => {
      const stream = new SensorStream(options);
      let longest = 0;
      cutEvery(record(samples), RATE).forEach((chunk, i) => {
        stream.push(chunk, i);
        longest = Math.max(longest, i - stream.holdMark!);
      });
      return longest;
    };
    // For ever loud: cut each time that the next cell would be too much.
    expect(held(tone([5, QUIET], [120, LOUD]))).toBeLessThanOrEqual(20 + 10 + 1);
    // An event around every border, each short, for ever.
    const around = Array.from({ length: 15 }, () => [[7, QUIET] as const, [3.5, LOUD] as const]).flat();
    const chained = tone([1.75, QUIET], ...around.map(([s, a]) => [s === 7 ? 6.5 : s, a] as const));
    expect(held(chained)).toBeLessThanOrEqual(20 + 2 + 3 * 10 + 1);
  });
});
