import { describe, expect, it } from 'vitest';
import type { Matrix } from '../matrix.js';
import { fitClassifier } from './fit-classifier.js';
import { NO_GROUP } from './rules.js';
import { predicted } from './testing/clouds.js';

const paths = (...rows: number[][]): Matrix => ({
  data: Float64Array.from(rows.flatMap(([a = NO_GROUP, b = NO_GROUP]) => [a, b])),
  rows: rows.length,
  cols: 2,
});

/** Groups 0, 1 and 1/4: what was marked there. */
const MARKS: readonly [number[], number][] = [
  ...Array.from({ length: 8 }, (): [number[], number] => [[0], 0]),
  [[0], 1],
  ...Array.from({ length: 6 }, (): [number[], number] => [[1, 3], 1]),
  ...Array.from({ length: 3 }, (): [number[], number] => [[1, 4], 2]),
];
const rules = fitClassifier(
  'rules',
  paths(...MARKS.map(([path]) => path)),
  MARKS.map(([, label]) => label),
  { nClasses: 4 },
);
const sharesOf = (...rows: number[][]) => rules.predictProbability(paths(...rows));

describe('rules', () => {
  it('give a group the label that most of it has, with its share as confidence', () => {
    const shares = sharesOf([0], [1, 3], [1, 4]);
    expect(predicted(shares)).toEqual([0, 1, 2]);
    // Three labels have rows: (8 + 1) / (9 + 3), (6 + 1) / (6 + 3), (3 + 1) / (3 + 3).
    expect(shares.data[0]).toBeCloseTo(9 / 12, 12);
    expect(shares.data[4 + 1]).toBeCloseTo(7 / 9, 12);
    expect(shares.data[8 + 2]).toBeCloseTo(4 / 6, 12);
  });

  it('go by the group above where a group has no marks, and by all marks for a new or no group', () => {
    const shares = sharesOf([1, 9], [1], [7, 3], []);
    // Of 1/9 and 1 what 1 has: six of label 1, three of label 2.
    expect([...shares.data.subarray(0, 4)]).toEqual([1 / 12, 7 / 12, 4 / 12, 0]);
    expect(shares.data.slice(4, 8)).toEqual(shares.data.slice(0, 4));
    expect([...shares.data.subarray(8, 12)]).toEqual([9 / 21, 8 / 21, 4 / 21, 0]);
    expect(shares.data.slice(12)).toEqual(shares.data.slice(8, 12));
  });

  it('refuse what is no path', () => {
    for (const value of [0.5, -2])
      expect(() => sharesOf([value])).toThrow(expect.objectContaining({ code: 'MATRIX_INVALID' }));
  });

  it('have nothing to tell of one label', () => {
    expect(() => fitClassifier('rules', paths([0], [1]), [1, 1])).toThrow(
      expect.objectContaining({ code: 'TRAINING_DATA_INSUFFICIENT' }),
    );
  });
});
