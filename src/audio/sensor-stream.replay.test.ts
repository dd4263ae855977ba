/** What decides at a grid boundary must be the same in a replay: the cases that random sound seldom meets. */
import { describe, expect, it } from 'vitest';
import type { TriggerOptions } from './sensor-options.js';
import { SensorStream } from './sensor-stream.js';
import { concat, noise } from './testing/signals.js';
import { cutEvery, feed, fingerprint, replayDifferences, TONE_RATE, tone } from './testing/streams.js';

const QUIET = 0.001;
const LOUD = 0.3;
const TRIGGER: TriggerOptions = { thresholdDb: -30, releaseSecs: 0.3, postRollSecs: 0.3 };

/** Chunks of 0.7 s: grid boundaries fall anywhere in them. */
const chunksOf = (samples: Float32Array) =>
  cutEvery({ samples, sampleRateHz: TONE_RATE }, Math.round(0.7 * TONE_RATE));

/** Crashes after every third chunk. */
const everywhere = (chunks: readonly unknown[]): number[] =>
  chunks.flatMap((_, i) => (i % 3 === 0 ? [i] : []));

describe('a replay', () => {
  it('cuts and continues a long event at the same boundaries', () => {
    const options = { trigger: { ...TRIGGER, maxDurationSecs: 20 } };
    const chunks = chunksOf(tone([4, QUIET], [62, LOUD], [6, QUIET]));
    expect(feed(new SensorStream(options), chunks).events.filter(event => event.continued)).toHaveLength(3);
    expect(replayDifferences(options, chunks, everywhere(chunks))).toEqual([]);
  });

  it('is not misled by a burst that the hold-off has hidden', () => {
    // The burst at 9.1 s falls into the hold-off, which ends before the boundary at 10 s; a trigger that heard only the
    // warm-up from 9 s on is still open there.
    const trigger = { ...TRIGGER, releaseSecs: 0.9, holdOffSecs: 2.3, postRollSecs: 0 };
    const chunks = chunksOf(tone([6, QUIET], [0.05, LOUD], [3.05, QUIET], [0.05, LOUD], [12, QUIET]));
    const stream = new SensorStream({ trigger });
    const { events } = feed(stream, chunks);
    expect(events).toHaveLength(1);
    expect(replayDifferences({ trigger }, chunks, everywhere(chunks))).toEqual([]);
  });

  it('cuts a chain of events without a quiet boundary where the undisturbed stream does', () => {
    const options = { trigger: { ...TRIGGER, maxDurationSecs: 20 } };
    const parts = Array.from({ length: 8 }, () => [[6.5, QUIET] as const, [3.5, LOUD] as const]).flat();
    const chunks = chunksOf(tone([1.75, QUIET], ...parts));
    const { events } = feed(new SensorStream(options), chunks);
    expect(events.some(event => event.closedBy === 'checkpoint' && event.cut)).toBe(true);
    expect(replayDifferences(options, chunks, everywhere(chunks))).toEqual([]);
  });

  it('finds the same restart when many small steps of the clock have made a jump', () => {
    const options = { trigger: { ...TRIGGER, maxDurationSecs: 20 } };
    const chunks = chunksOf(tone([2, QUIET], [26, LOUD], [4, QUIET])).map((chunk, i) => ({
      ...chunk,
      startTimeUs: chunk.startTimeUs + 60_000 * i,
    }));
    const { notices, events } = feed(new SensorStream(options), chunks);
    expect(notices.some(({ kind }) => kind === 'clock_jump')).toBe(true);
    expect(events.some(({ closedBy }) => closedBy === 'joined')).toBe(true);
    expect(replayDifferences(options, chunks, everywhere(chunks))).toEqual([]);
    const overlapping = chunks.map((chunk, i) => {
      const back = i === 0 ? 0 : 8;
      const samples = concat(chunks[Math.max(0, i - 1)]!.samples.slice(-8).slice(0, back), chunk.samples);
      return {
        ...chunk,
        samples,
        firstSample: chunk.firstSample - back,
        startTimeUs: chunk.startTimeUs - back * 125,
      };
    });
    expect(replayDifferences(options, overlapping, everywhere(chunks))).toEqual([]);
  });

  it('takes the pre-roll from the same filters', () => {
    // The click's peak, before the boundary at 10 s, is the loudest of the clip of an event that begins after it.
    const sound = concat(tone([10.1, QUIET], [1, 0.1], [5, QUIET]), noise(QUIET, TONE_RATE)).map((x, i) =>
      i === 9.9 * TONE_RATE ? 0.4 : x,
    );
    const chunks = chunksOf(sound);
    const { events } = feed(new SensorStream({ trigger: TRIGGER }), chunks);
    expect(events.map(event => event.peakAmplitude)).toEqual([Math.fround(0.4)]);
    expect(replayDifferences({ trigger: TRIGGER }, chunks, everywhere(chunks))).toEqual([]);
  });

  it('keeps the pre-roll of an event that follows a continued one', () => {
    // A continued event has no pre-roll; the next event's reaches back before its start.
    const trigger = { ...TRIGGER, maxDurationSecs: 20, preRollSecs: 3, releaseSecs: 0.1, postRollSecs: 0 };
    const sound = concat(
      noise(0.001, 5 * TONE_RATE, 1),
      noise(0.3, 15.2 * TONE_RATE, 2),
      noise(0.001, TONE_RATE, 3),
      noise(0.3, TONE_RATE, 4),
      noise(0.001, 5 * TONE_RATE, 5),
    );
    const chunks = chunksOf(sound);
    const { events } = feed(new SensorStream({ trigger }), chunks);
    expect(events.map(event => event.continued)).toEqual([false, true, false]);
    const [, continued, next] = events;
    expect(next!.firstSample).toBeLessThan(continued!.firstSample);
    const { firstSample, sampleCount, audio } = next!;
    expect(fingerprint(audio)).toBe(fingerprint(sound.slice(firstSample, firstSample + sampleCount)));
    expect(replayDifferences({ trigger }, chunks, everywhere(chunks))).toEqual([]);
  });
});
