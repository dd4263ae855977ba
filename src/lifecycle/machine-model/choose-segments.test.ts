import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { type ChosenSegments, chooseSegments, lowestRanks, type Stretch } from './choose-segments.js';
import { idRank } from './id-rank.js';
import type { TopicSegment } from './segment-window.js';

/** Of the default segments. */
const TIMES = { stride: 11_264, length: 17_920 };
const OPTIONS = { ...TIMES, maxTraining: 2000, judge: false };

/** Segments of a stream, without those of the numbers that are missing. */
function stream(count: number, { streamId = 's1', missing = [] as readonly number[] } = {}): TopicSegment[] {
  return Array.from({ length: count }, (_, i) => i)
    .filter(i => !missing.includes(i))
    .map(i => ({
      ...{ sensor: 'press-7', streamId, firstSample: i * TIMES.stride, startTimeUs: i },
      ...{ rank: idRank(`${streamId} ${i}`), partition: 0, offset: i },
    }));
}

const all = (stretches: readonly Stretch[]) => stretches.flat();
const share = (a: TopicSegment, b: TopicSegment) =>
  a.streamId === b.streamId && Math.abs(a.firstSample - b.firstSample) < TIMES.length;

describe('segments that are chosen', () => {
  const cases = fc.record({
    streams: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 4 }),
    missing: fc.array(fc.nat(600), { maxLength: 20 }),
    maxTraining: fc.integer({ min: 2, max: 900 }),
    judge: fc.boolean(),
  });
  const given = ({ streams, missing }: { streams: readonly number[]; missing: readonly number[] }) =>
    streams.flatMap((count, i) => stream(count, { streamId: `s${i}`, missing }));
  const blocks = (segments: readonly TopicSegment[]) =>
    new Set(
      segments.map(
        ({ streamId, firstSample }) => `${streamId} ${Math.floor(firstSample / (80 * TIMES.stride))}`,
      ),
    ).size;

  it('lie in blocks that may be shorter, where there is little sound', () => {
    const { training, validation } = chooseSegments(stream(96), { ...OPTIONS, blockSegments: 48 });
    for (const part of [training, validation]) expect(all(part).length).toBeGreaterThanOrEqual(47);
  });

  it('share no sound with those of another part, are each in one, and no part is empty', () => {
    fc.assert(
      fc.property(cases, ({ maxTraining, judge, ...rest }) => {
        const segments = given(rest);
        fc.pre(blocks(segments) > (judge ? 4 : 3));
        const chosen = chooseSegments(segments, { ...TIMES, maxTraining, judge });
        const parts = Object.values(chosen).map(all);
        const [training, validation, judged] = [chosen.training, chosen.validation, chosen.judged].map(all);
        expect(training!.length).toBeLessThanOrEqual(maxTraining);
        expect(training!.length * validation!.length).toBeGreaterThan(0);
        expect(judged!.length > 0).toBe(judge);
        expect(new Set(parts.flat()).size).toBe(parts.flat().length);
        for (const part of parts)
          for (const other of parts)
            if (part !== other) for (const a of part) expect(other.filter(b => share(a, b))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('are the same in whatever order streams come', () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ maxTraining, judge, ...rest }, seed) => {
        const segments = given(rest);
        fc.pre(blocks(segments) > (judge ? 4 : 3));
        const options = { ...TIMES, maxTraining, judge };
        const key = ({ streamId, firstSample }: TopicSegment) => `${streamId} ${firstSample}`;
        const keys = (chosen: ChosenSegments) =>
          Object.entries(chosen).map(([part, stretches]) => [part, all(stretches).map(key).sort()]);
        const order = new Map(
          new Random(seed).shuffle(segments.map(({ streamId }) => streamId)).map((id, i) => [id, i]),
        );
        const other = segments.toSorted(
          (a, b) => order.get(a.streamId)! - order.get(b.streamId)! || a.firstSample - b.firstSample,
        );
        expect(keys(chooseSegments(other, options))).toEqual(keys(chooseSegments(segments, options)));
      }),
      { numRuns: 20 },
    );
  });

  it('are held out as whole stretches, cut where one is missing, for means of 20', () => {
    const chosen = chooseSegments(stream(480, { missing: [30, 110, 190, 270, 350, 430] }), OPTIONS);
    for (const stretch of chosen.validation) {
      const starts = stretch.map(({ firstSample }) => firstSample);
      expect(starts.slice(1).map((start, i) => start - starts[i]!)).toEqual(
        Array(stretch.length - 1).fill(TIMES.stride),
      );
    }
    // Two blocks of 79, of 30 and 49 each.
    expect(chosen.validation.map(({ length }) => length)).toEqual([30, 49, 30, 49]);
  });

  it('leave out one segment at each end of what is held out, more where segments are dense', () => {
    const lost = (length: number) => {
      const { training, validation } = chooseSegments(stream(480), { ...OPTIONS, length });
      return 480 - all(training).length - all(validation).length;
    };
    const ends = lost(TIMES.length);
    expect(ends).toBeGreaterThan(0);
    expect(lost(3.5 * TIMES.stride)).toBe(3 * ends);
    expect(lost(TIMES.stride)).toBe(0);
  });

  it('hold out a fifth, or what training would leave over, up to what means of 20 need', () => {
    const heldOut = (count: number) => all(chooseSegments(stream(count), OPTIONS).validation).length;
    expect(heldOut(800)).toBe(160);
    expect(heldOut(3000)).toBeGreaterThanOrEqual(960);
    expect(heldOut(3000)).toBeLessThan(1080);
    expect(heldOut(9000)).toBeGreaterThanOrEqual(1240);
    expect(heldOut(9000)).toBeLessThan(1330);
  });

  it('are refused when they lie in too few blocks', () => {
    expect(() => chooseSegments(stream(80), OPTIONS)).toThrow(
      '80 segments lie in 1 block of 80, and 2 are needed',
    );
    expect(() => chooseSegments(stream(160), { ...OPTIONS, judge: true })).toThrow(
      '2 blocks of 80, and 3 are needed',
    );
    expect(() => chooseSegments([], OPTIONS)).toThrow('0 segments lie in 0 blocks');
  });
});

describe('a sample by rank', () => {
  it('of samples is one of all', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat()),
        fc.uniqueArray(fc.nat()),
        fc.integer({ min: 1, max: 20 }),
        (a, b, k) => {
          const ranked = (values: readonly number[]) => values.map(rank => ({ rank }));
          const [fresh, others] = [ranked(a), ranked(b.filter(each => !a.includes(each)))];
          const ranks = (sample: readonly { rank: number }[]) =>
            sample.map(({ rank }) => rank).sort((x, y) => x - y);
          const merged = lowestRanks([...lowestRanks(fresh, k), ...lowestRanks(others, k)], k);
          expect(ranks(merged)).toEqual(ranks(lowestRanks([...fresh, ...others], k)));
        },
      ),
    );
  });

  it('has each id as likely as any other', () => {
    const ranks = Array.from({ length: 4000 }, (_, i) => idRank(`segment ${i}`) / 2 ** 48);
    const quarters = [0, 1, 2, 3].map(q => ranks.filter(rank => Math.floor(4 * rank) === q).length);
    for (const count of quarters) expect(Math.abs(count - 1000)).toBeLessThan(100);
  });
});
