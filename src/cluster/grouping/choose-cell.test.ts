import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { adjustedRandScore } from '../adjusted-rand-score.js';
import { type CScore, cScore } from '../c-score/c-score.js';
import { takeRows } from '../matrix.js';
import { goldenLabels, goldenMatrix } from '../testing/goldens.js';
import type { Cell, FailedCell, FittedCell } from './cell.js';
import { cellsToMeasure, chooseCell } from './choose-cell.js';
import { paretoFront } from './pareto-front.js';
import { stabilityMeasure } from './stability.js';
import { sweepCells } from './sweep-cells.js';

const ROWS = 100;

/** A cell with the given figures; the labels count only by their number. */
function cell(k: number, entropy: number, silhouette: number, smallest = 10): FittedCell {
  return {
    algorithm: 'kmeans',
    k,
    labels: new Int32Array(ROWS),
    groups: k,
    smallest,
    largest: ROWS - smallest * (k - 1),
    entropy,
    silhouette,
    cScore: null,
    failure: null,
  };
}

const failed: FailedCell = {
  algorithm: 'gmm',
  k: 9,
  labels: null,
  groups: null,
  smallest: null,
  largest: null,
  entropy: null,
  silhouette: null,
  cScore: null,
  failure: { code: 'MIXTURE_ILL_DEFINED', message: 'The covariance is not positive definite.' },
};

/** What only looks good: nearly all rows in one group. */
const GIANT = cell(2, 0.08, 0.9, 1);
const COARSE = cell(2, 0.9, 0.3);
const FINE = cell(5, 2.2, 0.5);
const WORSE = cell(6, 2.4, 0.4);
const CELLS = [GIANT, COARSE, FINE, WORSE, failed];

const alike = () => 1;

describe('paretoFront', () => {
  it('has exactly the cells that none beats', () => {
    const figure = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(figure, figure), { minLength: 1, maxLength: 12 }), figures => {
        const cells = figures.map(([entropy, silhouette], i) => cell(i + 2, entropy, silhouette));
        const front = paretoFront(cells);
        const beats = (a: FittedCell, b: FittedCell) =>
          a.entropy <= b.entropy &&
          a.silhouette >= b.silhouette &&
          (a.entropy < b.entropy || a.silhouette > b.silhouette);
        for (const each of cells) {
          const isBeaten = cells.some(other => beats(other, each));
          const equal = front.filter(f => f.entropy === each.entropy && f.silhouette === each.silhouette);
          expect(equal.length).toBe(isBeaten ? 0 : 1);
        }
      }),
    );
  });
});

describe('chooseCell', () => {
  it('leaves a giant group out, and takes the most stable cell of the front', () => {
    const choice = chooseCell(CELLS, { type: 'pareto' }, ({ k }) => (k === 2 ? 0.95 : 0.6));
    expect(choice.cell).toBe(COARSE);
    expect(choice.guarded).toEqual([GIANT]);
    expect(choice.front.map(each => each.cell)).toEqual([COARSE, FINE]);
    expect(choice.explanation.join(' ')).toMatch(
      /1 of 4 cells are left out.*kmeans with k = 2 is the most stable/,
    );
  });

  it('takes the highest Silhouette of equally stable cells, or the fewest groups when told to', () => {
    expect(chooseCell(CELLS, { type: 'pareto' }, alike).cell).toBe(FINE);
    expect(chooseCell(CELLS, { type: 'pareto', amongEquals: 'fewest' }, alike).cell).toBe(COARSE);
    const nearly = ({ k }: FittedCell) => (k === 2 ? 0.95 : 0.94);
    expect(chooseCell(CELLS, { type: 'pareto' }, nearly).cell).toBe(FINE);
    expect(chooseCell(CELLS, { type: 'pareto', stabilityTolerance: 0 }, nearly).cell).toBe(COARSE);
  });

  it('chooses the same from cells in any order', () => {
    const twin: FittedCell = { ...FINE, algorithm: 'spectral' };
    for (const rule of [{ type: 'pareto' }, { type: 'min-max' }] as const)
      expect(chooseCell([twin, ...CELLS].toReversed(), rule, alike).cell).toBe(
        chooseCell([...CELLS, twin], rule, alike).cell,
      );
  });

  it('drops the guard when it would leave nothing', () => {
    const choice = chooseCell([GIANT, failed], { type: 'pareto' }, alike);
    expect(choice.cell).toBe(GIANT);
    expect(choice.explanation[0]).toMatch(/Every cell has/);
  });

  it('asks for the stability of the front only', () => {
    const asked: FittedCell[] = [];
    chooseCell(CELLS, { type: 'pareto' }, each => {
      asked.push(each);
      return 1;
    });
    expect(asked).toEqual([COARSE, FINE]);
    expect(cellsToMeasure(CELLS, { type: 'pareto' })).toEqual(asked);
    expect(cellsToMeasure(CELLS, { type: 'min-max' })).toEqual([]);
  });

  it('falls for the giant group by the plain rule, as the paper would', () => {
    const choice = chooseCell(CELLS, { type: 'min-max' }, alike);
    expect(choice.cell).toBe(GIANT);
    expect(choice.explanation[0]).toContain('entropy 0.08, Silhouette 0.9');
  });

  it('takes the cell that was asked for, or says why it can not', () => {
    const fixed = { type: 'fixed', algorithm: 'kmeans' } as const;
    expect(chooseCell(CELLS, { ...fixed, k: 6 }, alike).cell).toBe(WORSE);
    expect(() => chooseCell(CELLS, { ...fixed, k: 7 }, alike)).toThrow(/no cell kmeans with k = 7/);
    expect(() => chooseCell(CELLS, { type: 'fixed', algorithm: 'gmm', k: 9 }, alike)).toThrow(
      expect.objectContaining({ code: 'MIXTURE_ILL_DEFINED' }),
    );
  });

  it('refuses to choose where there is nothing to choose from', () => {
    expect(() => chooseCell([failed], { type: 'pareto' }, alike)).toThrow(
      /None of 1 cells.*not positive definite/,
    );
    expect(() => chooseCell([], { type: 'min-max' }, alike)).toThrow(/None of 0 cells/);
    expect(() => chooseCell(CELLS, { type: 'c-score' }, alike)).toThrow(/needs near-labels/);
  });

  it('ranks by the adjusted C-Score, which chance can not lead on; the plain difference it can', () => {
    const random = new Random(2);
    const near = Array.from({ length: ROWS }, (_, row) => row % 2);
    const scored = (k: number, labels: number[]): Cell => ({
      ...cell(k, 1, 0.1),
      labels: Int32Array.from(labels),
      cScore: cScore(near, labels) as CScore,
    });
    const good = scored(
      2,
      near.map((label, row) => (row % 10 === 0 ? 1 - label : label)),
    );
    const chance = scored(
      30,
      near.map(() => random.int(30)),
    );
    expect(chooseCell([good, chance], { type: 'c-score' }, alike).cell).toBe(good);
    expect(chooseCell([good, chance], { type: 'convergence' }, alike).cell).toBe(chance);
  });

  it.each([
    ['blobs', 5, 0.99],
    ['overlapping', 7, 0.8],
  ])('finds the groups of %s by itself', (name, groups, leastAri) => {
    const x = goldenMatrix(name);
    const options = { kMax: 8, algorithms: ['kmeans', 'agglomerative'] } as const;
    const choice = chooseCell([...sweepCells(x, options)], { type: 'pareto' }, stabilityMeasure(x, options));
    expect(choice.cell.k).toBe(groups);
    expect(adjustedRandScore(choice.cell.labels, goldenLabels(`${name}.truth`))).toBeGreaterThan(leastAri);
  });
});

describe('stabilityMeasure', () => {
  const x = takeRows(
    goldenMatrix('blobs'),
    Array.from({ length: 150 }, (_, i) => 4 * i),
  );
  const options = { algorithms: ['kmeans', 'agglomerative'], kMax: 7 } as const;
  const cells = [...sweepCells(x, options)] as FittedCell[];

  it('is 1 for groups that are there, and less for those that are cut out of them', () => {
    const measure = stabilityMeasure(x, options);
    for (const each of cells.filter(({ k }) => k === 5)) expect(measure(each)).toBe(1);
    for (const each of cells.filter(({ k }) => k === 7)) expect(measure(each)).toBeLessThan(0.95);
  });

  it('gives a cell the same, alone or after others', () => {
    const measure = stabilityMeasure(x, options);
    const all = cells.map(measure);
    expect(cells.toReversed().map(each => stabilityMeasure(x, options)(each))).toEqual(all.toReversed());
  });

  it('counts a part that has too few rows for the groups as 0', () => {
    const few = takeRows(x, [0, 1, 2, 3, 4]);
    const [four] = sweepCells(few, { algorithms: ['kmeans'], kMin: 4, kMax: 4 });
    expect(stabilityMeasure(few)({ ...(four as FittedCell), k: 5 })).toBe(0);
  });
});
