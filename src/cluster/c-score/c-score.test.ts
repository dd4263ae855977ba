import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { type CScore, cScore } from './c-score.js';
import { expectedJaccard } from './expected-jaccard.js';

interface Golden
  extends Pick<CScore, 'k' | 'm' | 'cScore' | 'normalized' | 'upperLimit' | 'convergenceDifference'> {
  readonly name: string;
  /** A digit for each of 400 rows. */
  readonly nearLabels: string;
  readonly clusters: string;
}

/** From a reference implementation in NumPy. */
const GOLDENS = JSON.parse(
  readFileSync(new URL('../../../test/goldens/cluster/c-score.json', import.meta.url), 'utf8'),
) as readonly Golden[];

const repeated = (label: number, count: number): number[] => new Array(count).fill(label);

/** Six rows of one near-label and four of another, in the words of the paper k = 2. */
const NEAR_LABELS = [...repeated(0, 6), ...repeated(1, 4)];

/** From a reference implementation in NumPy (`more.json` of the goldens, "cscore"). */
const REFERENCE = [
  { clusters: [0, 0, 0, 0, 1, 1, 1, 1, 2, 2], m: 3, c: 1.75, norm: 0.2916666666666667, limit: 1 / 3 },
  { clusters: [0, 0, 0, 1, 1, 1, 2, 2, 3, 3], m: 4, c: 2, norm: 0.25, limit: 0.25 },
  { clusters: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1], m: 2, c: 2, norm: 0.5, limit: 0.5 },
  { clusters: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], m: 1, c: 1, norm: 0.5, limit: 0.5 },
  {
    clusters: [0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
    m: 2,
    c: 1.3214285714285712,
    norm: 0.3303571428571428,
    limit: 0.5,
  },
  { clusters: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], m: 10, c: 2, norm: 0.1, limit: 0.1 },
];

/** Convergence differences of random clusters over two near-labels, from the same place ("cscore_random_bias"). */
const RANDOM_BIAS = [
  { m: 2, c: 1.334262697095886, difference: 0.1664343257260285 },
  { m: 5, c: 1.6666330969275334, difference: 0.033336690307246675 },
  { m: 10, c: 1.8185325435293123, difference: 0.00907337282353439 },
  { m: 20, c: 1.9046003569934258, difference: 0.002384991075164357 },
  { m: 50, c: 1.961428852325746, difference: 0.00038571147674254166 },
];

const labels = (most: number, length: number) =>
  fc.array(fc.integer({ min: 0, max: most }), { minLength: length, maxLength: length });

const twoLabellings = fc.integer({ min: 2, max: 40 }).chain(n => fc.tuple(labels(4, n), labels(7, n)));

const scored = (a: ArrayLike<number>, b: ArrayLike<number>): CScore => cScore(a, b)!;

describe('cScore', () => {
  it.each(REFERENCE)('gives $c for $m clusters as the reference does', ({ clusters, m, c, norm, limit }) => {
    const score = scored(NEAR_LABELS, clusters);
    expect(score).toMatchObject({ k: 2, m });
    expect(score.cScore).toBeCloseTo(c, 12);
    expect(score.normalized).toBeCloseTo(norm, 12);
    expect(score.upperLimit).toBeCloseTo(limit, 12);
    expect(score.convergenceDifference).toBeCloseTo(limit - norm, 12);
  });

  it.each(GOLDENS)('gives the figures of the golden "$name"', golden => {
    const score = scored([...golden.nearLabels].map(Number), [...golden.clusters].map(Number));
    expect([score.k, score.m]).toEqual([golden.k, golden.m]);
    for (const key of ['cScore', 'normalized', 'upperLimit', 'convergenceDifference'] as const)
      expect(score[key]).toBeCloseTo(golden[key], 12);
  });

  it('ranks the goldens by what they have above chance', () => {
    const [same, pureSplit, random, oneCluster] = GOLDENS.map(
      ({ nearLabels, clusters }) => scored([...nearLabels].map(Number), [...clusters].map(Number)).adjusted,
    );
    expect(same).toBe(1);
    expect(pureSplit).toBeGreaterThan(0.5);
    expect(pureSplit).toBeLessThan(1);
    expect(Math.abs(random!)).toBeLessThan(0.02);
    expect(oneCluster).toBeCloseTo(0, 12);
  });

  it.each(RANDOM_BIAS)('expects of $m random clusters what they show on average', ({ m, c, difference }) => {
    const random = new Random(m);
    const truth = Int32Array.from({ length: 1000 }, (_, row) => row % 2);
    const clusters = truth.map(() => random.int(m));
    const score = scored(truth, clusters);
    // The reference is a mean over draws, of which the sizes of clusters are a part.
    expect(score.expected).toBeCloseTo(c, 2);
    expect(score.upperLimit - score.expected / (2 * m)).toBeCloseTo(difference, 3);
    expect(Math.abs(score.adjusted)).toBeLessThan(0.05);
  });

  it('prefers many random clusters by the plain difference, and no number of them when adjusted', () => {
    const random = new Random(4);
    const truth = Int32Array.from({ length: 600 }, (_, row) => row % 2);
    const scores = [2, 5, 20].map(m =>
      scored(
        truth,
        truth.map(() => random.int(m)),
      ),
    );
    const differences = scores.map(score => score.convergenceDifference);
    expect(differences).toEqual([...differences].sort((a, b) => b - a));
    for (const { adjusted } of scores) expect(Math.abs(adjusted)).toBeLessThan(0.05);
  });

  it('stays within its limits, whatever the labels are called', () => {
    fc.assert(
      fc.property(twoLabellings, ([a, b]) => {
        const score = scored(a, b);
        expect(score.cScore).toBeGreaterThan(0);
        expect(score.cScore).toBeLessThanOrEqual(Math.min(score.k, score.m) * (1 + 1e-12));
        expect(score.normalized).toBeLessThanOrEqual(score.upperLimit * (1 + 1e-12));
        expect(score.convergenceDifference).toBeGreaterThanOrEqual(0);
        expect(score.expected).toBeLessThanOrEqual(Math.min(score.k, score.m) * (1 + 1e-12));
        expect(score.adjusted).toBeLessThanOrEqual(1 + 1e-9);
        const renamed = scored(
          a.map(label => 7 - 3 * label + 20),
          b.map(label => 100 - label),
        );
        for (const key of ['cScore', 'expected', 'adjusted'] as const)
          expect(renamed[key]).toBeCloseTo(score[key], 9);
      }),
    );
  });

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(twoLabellings, fc.nat(1000), ([a, b], seed) => {
        const order = new Random(seed).shuffle(Int32Array.from(a.keys()));
        const shuffled = (values: number[]) => Array.from(order, row => values[row]!);
        expect(scored(shuffled(a), shuffled(b))).toEqual(scored(a, b));
      }),
    );
  });

  it('is symmetric, except for the adjusted figure, where the near-labels say what is perfect', () => {
    fc.assert(
      fc.property(twoLabellings, ([a, b]) => {
        const [there, back] = [scored(a, b), scored(b, a)];
        for (const key of [
          'cScore',
          'normalized',
          'upperLimit',
          'convergenceDifference',
          'expected',
        ] as const)
          expect(back[key]).toBeCloseTo(there[key], 9);
      }),
    );
  });

  it('is 1 when adjusted for clusters that are the near-labels', () => {
    fc.assert(
      fc.property(labels(5, 30), fc.nat(9), (near, shift) => {
        const named = near.map(label => (label + shift) % 10);
        expect(scored(near, named).adjusted).toBe(1);
      }),
    );
  });

  it('takes a little off for pure parts of near-labels, and more the smaller they are', () => {
    const near = Array.from({ length: 120 }, (_, row) => row % 3);
    const figures = [1, 2, 4, 8, 40].map(
      parts =>
        scored(
          near,
          near.map((label, row) => label * parts + (Math.floor(row / 3) % parts)),
        ).adjusted,
    );
    expect(figures).toEqual([...figures].sort((a, b) => b - a));
    expect(figures[1]).toBeGreaterThan(0.5);
    expect(figures.at(-1)).toBeCloseTo(0, 9);
  });

  it('does not call clusters perfect that hold several near-labels each, as min(k, m) would', () => {
    const near = Array.from({ length: 60 }, (_, row) => row % 6);
    const merged = scored(
      near,
      near.map(label => label >> 1),
    );
    expect(merged.cScore).toBeCloseTo(3, 12);
    expect(merged.adjusted).toBeLessThan(0.5);
    expect(scored(near, repeated(0, 60)).adjusted).toBeCloseTo(0, 12);
  });

  it('can tell nothing where chance is perfect: a cluster for each row, or one near-label', () => {
    const each = Array.from(NEAR_LABELS.keys());
    expect(scored(NEAR_LABELS, each).adjusted).toBeCloseTo(0, 12);
    expect(scored(repeated(3, 10), NEAR_LABELS).adjusted).toBe(0);
    expect(scored(each, NEAR_LABELS).adjusted).toBe(0);
    expect(scored(repeated(3, 10), repeated(0, 10)).adjusted).toBe(1);
    expect(scored(each, each).adjusted).toBe(1);
  });

  it('looks only at rows that have a near-label', () => {
    const near = [0, 0, -1, 1, 1, -1];
    const clusters = [5, 5, 9, 6, 6, 5];
    expect(cScore(near, clusters)).toEqual(cScore([0, 0, 1, 1], [5, 5, 6, 6]));
    expect(cScore([-1, -1], [0, 1])).toBeNull();
  });

  it('refuses labels of other rows', () => {
    expect(() => cScore([0, 1], [0])).toThrow(/2 near-labels for 1 rows/);
  });
});

describe('expectedJaccard', () => {
  it('is the mean over all sets of that size', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 9 })
          .chain(n =>
            fc.tuple(fc.constant(n), fc.integer({ min: 1, max: n }), fc.integer({ min: 1, max: n })),
          ),
        ([n, a, b]) => {
          let sum = 0;
          let count = 0;
          for (let set = 0; set < 2 ** n; set++) {
            const bits = Array.from({ length: n }, (_, i) => (set >> i) & 1);
            if (bits.reduce((x, y) => x + y, 0) !== b) continue;
            const shared = bits.slice(0, a).reduce((x, y) => x + y, 0);
            sum += shared / (a + b - shared);
            count++;
          }
          expect(expectedJaccard(a, b, n)).toBeCloseTo(sum / count, 12);
        },
      ),
    );
  });

  it('neither overflows nor takes long with a million rows', () => {
    // So many rows are shared as their shares say, nearly always.
    expect(expectedJaccard(300_000, 200_000, 1_000_000)).toBeCloseTo(60_000 / 440_000, 5);
  });
});
