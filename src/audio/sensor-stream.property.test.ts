/** The two promises of `SensorStream`, on random sound, random cuts, random faults and random crashes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SensorOptions } from './sensor-options.js';
import type { SensorOutput, SoundChunk } from './sensor-records.js';
import { SensorStream } from './sensor-stream.js';
import { concat, noise, sine } from './testing/signals.js';
import type { Recording } from './testing/streams.js';
import { cutAt, cutOut, feed, fingerprint, replayDifferences, START_US } from './testing/streams.js';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 25);

/** Evenly spread: `fc.double` spreads over exponents, which puts nearly all values next to 0. */
const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: 10_000 }).map(share => min + (share / 10_000) * (max - min));

const options: fc.Arbitrary<SensorOptions> = fc
  .record({
    gridSecs: fc.constantFrom(1, 1, 2, 2, 3),
    warmup: between(0, 1),
    preRoll: between(0, 1),
    releaseSecs: between(0.01, 1.2),
    postRollSecs: between(0, 0.6),
    holdOffSecs: fc.oneof(fc.constant(0), between(0, 3)),
    minDurationSecs: fc.constantFrom(0, 0.2),
    longer: fc.oneof(fc.constant(0), between(0, 6)),
    weighting: fc.constantFrom('A', 'C', 'Z'),
    timeWeighting: fc.constantFrom('fast', 'fast', 'slow'),
    thirdOctaves: fc.constantFrom(false, false, true),
    trigger: fc.integer({ min: 0, max: 9 }),
  })
  .map(o => {
    const warmupSecs = 1 + o.warmup * (o.gridSecs - 1);
    const trigger = {
      thresholdDb: -30,
      weighting: o.weighting,
      timeWeighting: o.timeWeighting,
      releaseSecs: o.releaseSecs,
      minDurationSecs: o.minDurationSecs,
      maxDurationSecs: 2 * o.gridSecs + o.longer,
      preRollSecs: o.preRoll * warmupSecs,
      postRollSecs: o.postRollSecs,
      holdOffSecs: o.holdOffSecs,
    } as const;
    return {
      trigger: o.trigger === 0 ? null : trigger,
      gridSecs: o.gridSecs,
      warmupSecs,
      thirdOctaves: o.thirdOctaves,
    };
  });

/** Loud, in bursts, quiet, silent, hovering at the threshold, with an offset, with clicks. */
const part = fc.record({
  kind: fc.constantFrom(
    'loud',
    'loud',
    'bursts',
    'bursts',
    'quiet',
    'quiet',
    'zero',
    'hover',
    'offset',
    'clicks',
  ),
  secs: fc.oneof(between(0.02, 1), between(0.5, 7)),
});

function soundOf(parts: readonly { kind: string; secs: number }[], rate: number): Float32Array {
  return concat(
    ...parts.map(({ kind, secs }, i) => {
      const count = Math.round(secs * rate);
      switch (kind) {
        case 'loud':
          return noise(0.5, count, i + 1);
        case 'bursts': {
          const period = rate * (0.3 + 2.7 * (secs % 1));
          return noise(0.5, count, i + 1).map((x, n) => (n % period < 0.4 * period ? x : 0.004 * x));
        }
        case 'quiet':
          return noise(0.002, count, i + 1);
        case 'hover':
          return sine(1000, 0.032, count, rate).map((x, n) => x * (1 + 0.3 * Math.sin(n / 997)));
        case 'offset':
          return noise(0.002, count, i + 1).map(x => x + 0.4);
        case 'clicks':
          return noise(0.002, count, i + 1).map((x, n) => (n % 3001 === 0 ? 1 : x));
        default:
          return new Float32Array(count);
      }
    }),
  );
}

/** Breaks between two recordings of one sensor. */
const seam = fc.constantFrom('gap', 'jump', 'back', 'stream', 'rate', 'calibration', 'reset', 'join');
const piece = fc.record({ parts: fc.array(part, { minLength: 1, maxLength: 5 }), seam });

/** Recordings that follow each other with a break in between; the sound itself is made by `record`. */
const recordings = fc.record({
  rate: fc.constantFrom(8_000, 11_025, 16_000),
  offsetUs: fc.integer({ min: 0, max: 30_000_000 }),
  firstSample: fc.constantFrom(0, 0, 123_457),
  pieces: fc.array(piece, { minLength: 1, maxLength: 3 }),
});

type Plan = typeof recordings extends fc.Arbitrary<infer T> ? T : never;

function record({ rate, offsetUs, firstSample, pieces }: Plan): Recording[] {
  const all: Recording[] = [];
  let now: Recording = {
    samples: soundOf(pieces[0]!.parts, rate),
    sampleRateHz: rate,
    firstSample,
    startUs: START_US + offsetUs,
    streamId: 's0',
  };
  all.push(now);
  pieces.slice(1).forEach(({ parts, seam: kind }, i) => {
    const next = now.firstSample! + now.samples.length;
    const samples = soundOf(parts, rate);
    const laterUs = now.startUs! + Math.ceil((next / now.sampleRateHz) * 1e6) + 2_000_000;
    const follow: Record<typeof kind, Partial<Recording>> = {
      gap: { firstSample: next + 4_321 },
      jump: { firstSample: next, startUs: now.startUs! + 77_777_777 },
      back: { firstSample: next, startUs: now.startUs! - 7_777_777 },
      stream: { firstSample: 0, streamId: `s${i + 1}`, startUs: laterUs },
      join: { firstSample: 55_555, streamId: `s${i + 1}`, startUs: laterUs },
      rate: { firstSample: next, sampleRateHz: 12_000 },
      calibration: { firstSample: next, calibrationDbSpl: i },
      reset: { firstSample: 0, startUs: laterUs },
    };
    now = { ...now, samples, ...follow[kind] };
    all.push(now);
  });
  return all;
}

/** Places to cut, as shares of the length; near each other or far apart. */
const places = fc.array(between(0, 1), { minLength: 0, maxLength: 40 });

const cut = (all: readonly Recording[], shares: readonly number[], endOfStream: boolean): SoundChunk[] =>
  all.flatMap((recording, i) =>
    cutAt(
      recording,
      shares.map(share => Math.floor(share * recording.samples.length)),
      endOfStream && i === all.length - 1,
    ),
  );

/** What must not depend on cuts: all but the count of duplicates. */
const essence = ({ levels, events, notices }: SensorOutput): string =>
  fingerprint({ levels, events, notices: notices.filter(({ kind }) => kind !== 'duplicate') });

describe('a recording', () => {
  it('gives the same levels, events and clips however it is cut into chunks', () => {
    fc.assert(
      fc.property(options, recordings, places, places, fc.boolean(), (sensor, plan, one, other, end) => {
        const all = record(plan);
        const first = feed(new SensorStream(sensor), cut(all, one, end));
        const second = feed(new SensorStream(sensor), cut(all, other, end));
        expect(essence(second)).toBe(essence(first));
      }),
      { numRuns: RUNS },
    );
  });

  it('gives the same when chunks come twice or overlap', () => {
    fc.assert(
      fc.property(options, recordings, places, fc.nat(), (sensor, plan, shares, salt) => {
        const chunks = cut(record(plan), shares, true);
        const clean = feed(new SensorStream(sensor), chunks);
        const doubled = chunks.flatMap((chunk, i) => {
          if (chunk.endOfStream || (i + salt) % 3 === 0) return [chunk];
          const half = Math.floor(chunk.samples.length / 2);
          const front = { ...chunk, samples: chunk.samples.slice(0, half) };
          return (i + salt) % 3 === 1 ? [chunk, chunk] : [front, chunk];
        });
        expect(essence(feed(new SensorStream(sensor), doubled))).toBe(essence(clean));
      }),
      { numRuns: RUNS },
    );
  });
});

/** Chunks of a log that saw everything: duplicates, overlaps, late ones, a clock that drifts and jitters. */
const log = fc.record({
  plan: recordings,
  shares: places,
  end: fc.boolean(),
  driftUs: fc.constantFrom(0, 0, 300, -300, 40_000, -40_000),
  overlap: fc.constantFrom(0, 0, 3, 700),
  jitterUs: fc.constantFrom(0, 0, 1, 3_000, 240_000),
  faults: fc.array(fc.record({ at: fc.nat(), kind: fc.constantFrom('twice', 'late', 'overlap', 'lost') }), {
    maxLength: 4,
  }),
});

type LogPlan = typeof log extends fc.Arbitrary<infer T> ? T : never;

function write({ plan, shares, end, driftUs, overlap, jitterUs, faults }: LogPlan): SoundChunk[] {
  const all = record(plan);
  const cuts = all.flatMap((recording, i) => {
    const first = recording.firstSample ?? 0;
    return cut([recording], shares, end && i === all.length - 1).map(chunk => {
      const from = chunk.firstSample - first;
      return cutOut(recording, Math.max(0, from - overlap), from + chunk.samples.length, chunk.endOfStream);
    });
  });
  const chunks = cuts.map((chunk, i) => {
    const wobble = jitterUs === 0 ? 0 : ((i * 7919) % (2 * jitterUs + 1)) - jitterUs;
    return { ...chunk, startTimeUs: chunk.startTimeUs + driftUs * i + wobble };
  });
  for (const { at, kind } of faults) {
    if (chunks.length < 2) break;
    const i = at % chunks.length;
    const chunk = { ...chunks[i]!, endOfStream: false };
    if (kind === 'twice') chunks.splice(i, 0, chunk);
    if (kind === 'late') chunks.splice(Math.min(chunks.length, i + 3), 0, chunk);
    if (kind === 'lost') chunks.splice(i, 1);
    if (kind === 'overlap' && i > 0) {
      const before = chunks[i - 1]!;
      const follows = before.firstSample + before.samples.length === chunk.firstSample;
      if (follows && before.streamId === chunk.streamId) {
        const samples = concat(before.samples, chunk.samples);
        chunks[i] = {
          ...chunks[i]!,
          samples,
          firstSample: before.firstSample,
          startTimeUs: before.startTimeUs,
        };
      }
    }
  }
  return chunks;
}

describe('a stream after a crash', () => {
  it('gives what the undisturbed one would have, from the mark on that was held', () => {
    fc.assert(
      fc.property(
        options,
        log,
        fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
        (sensor, plan, crashes) => {
          const chunks = write(plan);
          const places = crashes.map(crash => crash % chunks.length);
          expect(replayDifferences(sensor, chunks, places)).toEqual([]);
        },
      ),
      { numRuns: 2 * RUNS },
    );
  });

  it('never holds the log longer than its longest events allow', () => {
    fc.assert(
      fc.property(options, recordings, places, (sensor, plan, shares) => {
        const { gridSecs = 0, warmupSecs = 0, trigger } = sensor;
        const [one] = record(plan);
        const chunks = cut([one!], shares, false);
        const longestChunk = Math.max(...chunks.map(chunk => chunk.samples.length)) / one!.sampleRateHz;
        const limit =
          (trigger?.maxDurationSecs ?? 0) +
          (trigger?.holdOffSecs ?? 0) +
          4 * gridSecs +
          warmupSecs +
          2 * longestChunk;
        const stream = new SensorStream(sensor);
        chunks.forEach((chunk, i) => {
          stream.push(chunk, i);
          const held = chunks[stream.holdMark!]!;
          const heldSecs = (stream.endTimeUs! - held.startTimeUs) / 1e6;
          expect(heldSecs).toBeLessThanOrEqual(limit);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('gives events in order, inside their stream, with the sound that was sent', () => {
    fc.assert(
      fc.property(options, recordings, places, (sensor, plan, shares) => {
        const one = record(plan)[0]!;
        const { events } = feed(new SensorStream(sensor), cut([one], shares, true));
        const { samples, firstSample = 0 } = one;
        for (const [i, event] of events.entries()) {
          const from = event.firstSample - firstSample;
          expect(fingerprint(event.audio)).toBe(fingerprint(samples.slice(from, from + event.sampleCount)));
          expect(event.onsetTimeUs).toBeLessThan(event.offsetTimeUs);
          expect(event.onsetTimeUs).toBeGreaterThanOrEqual(event.startTimeUs);
          expect(event.offsetTimeUs).toBeLessThanOrEqual(event.endTimeUs);
          const seconds = event.sampleCount / event.sampleRateHz;
          expect(seconds).toBeLessThanOrEqual(sensor.trigger!.maxDurationSecs! + 0.02);
          const previous = events[i - 1];
          if (previous) expect(event.onsetTimeUs).toBeGreaterThanOrEqual(previous.offsetTimeUs);
          if (previous?.cut) expect(event.continued).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
