import { describe, expect, it } from 'vitest';
import type { Matrix } from '../matrix.js';
import { ABNORMAL, type AnomalyOptions, fitAnomaly } from './anomaly.js';
import { labelledRows } from './labelled-rows.js';
import { clouds } from './testing/clouds.js';

const fitted = (x: Matrix, y: ArrayLike<number>, options: AnomalyOptions = {}) =>
  fitAnomaly(labelledRows(x, y), options);
const abnormal = ({ data }: Matrix): number[] => [...data].filter((_, i) => i % 2 === ABNORMAL);

describe.each(['mahalanobis', 'nearest'] as const)('the anomaly score by %s distance', distance => {
  it('calls about as many normal things abnormal as the quantile allows, and what lies elsewhere', () => {
    const learnt = clouds([600], 5, 3, 1);
    const other = clouds([2000, 200], 5, 9, 2);
    // The second cloud lies elsewhere; the first about the same centre.
    const moved = clouds([2000, 200], 5, 3, 2);
    for (const [quantile, least, most] of [
      [0.95, 0.02, 0.09],
      [0.99, 0.002, 0.03],
    ] as const) {
      const score = fitted(learnt.x, learnt.y, { distance, quantile });
      const normals = abnormal(score.predictProbability(moved.x)).slice(0, 2000);
      const share = normals.filter(chance => chance > 0.5).length / 2000;
      expect(share).toBeGreaterThan(least);
      expect(share).toBeLessThan(most);
      const others = abnormal(score.predictProbability(other.x)).slice(2000);
      expect(others.filter(chance => chance > 0.9).length).toBeGreaterThan(196);
    }
  });

  it('is even at the threshold, and surer the farther a thing lies', () => {
    const { x, y } = clouds([100], 2, 0, 1);
    const score = fitted(x, y, { distance });
    const far = { data: Float64Array.from([0, 1, 2, 3, 4, 6, 20].flatMap(at => [at, 0])), rows: 7, cols: 2 };
    const chances = abnormal(score.predictProbability(far));
    expect(chances).toEqual([...chances].sort((a, b) => a - b));
    const distances = score.distances(far);
    chances.forEach((chance, i) => {
      expect(chance > 0.5).toBe(distances[i]! > score.threshold);
    });
    expect(chances[0]).toBeLessThan(0.02);
    expect(chances[6]).toBeGreaterThan(0.99);
  });

  it('learns of three normal things, of more columns than rows, and of equal ones', () => {
    for (const count of [3, 4, 5]) {
      const { x, y } = clouds([count], 8, 0, 1);
      const away = { ...x, data: x.data.map(value => value + 100) };
      expect(Math.min(...abnormal(fitted(x, y, { distance }).predictProbability(away)))).toBeGreaterThan(0.9);
    }
    const equal = { data: new Float64Array(20).fill(2), rows: 10, cols: 2 };
    const score = fitted(equal, new Int32Array(10), { distance });
    expect(abnormal(score.predictProbability(equal))[0]).toBeLessThan(0.01);
    const other = { data: Float64Array.of(2, 2.5), rows: 1, cols: 2 };
    expect(abnormal(score.predictProbability(other))[0]).toBeGreaterThan(0.9);
  });

  it('learns of the normal class only, whichever that is', () => {
    const { x, y } = clouds([40, 50, 30], 3, 6, 1);
    const score = fitted(x, y, { distance, normalClass: 1 });
    const chances = abnormal(score.predictProbability(x));
    const mean = (label: number) =>
      chances.reduce((sum, chance, row) => sum + (y[row] === label ? chance : 0), 0) /
      y.filter(each => each === label).length;
    expect(mean(1)).toBeLessThan(0.1);
    expect(Math.min(mean(0), mean(2))).toBeGreaterThan(0.8);
  });

  it('needs three normal things, and options that make sense', () => {
    const { x, y } = clouds([2, 20], 3, 6, 1);
    const refused = (code: string, options: AnomalyOptions) =>
      expect(() => fitted(x, y, { distance, ...options })).toThrow(expect.objectContaining({ code }));
    refused('TRAINING_DATA_INSUFFICIENT', {});
    refused('TRAINING_DATA_INSUFFICIENT', { normalClass: 7 });
    refused('PARAMETER_INVALID', { normalClass: 1, quantile: 1 });
    refused('PARAMETER_INVALID', { normalClass: 1, quantile: 0.4 });
    refused('PARAMETER_INVALID', { normalClass: 1, neighbours: 0 });
  });
});

// One Gaussian covers what lies between two kinds of normal things; their neighbours don't.
it('between two kinds of normal things, nearest distance finds what is abnormal', () => {
  const { x, y } = clouds([60, 60], 4, 12, 1);
  const all = new Int32Array(y.length);
  const middle = { data: new Float64Array(4), rows: 1, cols: 4 };
  for (let row = 0; row < x.rows; row++)
    for (let col = 0; col < 4; col++) middle.data[col]! += x.data[row * 4 + col]! / x.rows;
  const chance = (distance: 'mahalanobis' | 'nearest') =>
    abnormal(fitted(x, all, { distance }).predictProbability(middle))[0];
  expect(chance('nearest')).toBeGreaterThan(0.9);
  expect(chance('mahalanobis')).toBeLessThan(0.1);
});
