import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { chooseK, type KCandidate, kCandidates, kRange } from './choose-k.js';
import { zeros } from './matrix.js';
import { StandardScaler } from './standard-scaler.js';
import { goldenMatrix, reference } from './testing/goldens.js';

function candidate(k: number, values: Partial<KCandidate>): KCandidate {
  return { k, bic: 0, heldOutLogLikelihood: 0, heldOutError: 1, stability: 1, ...values };
}

describe('chooseK', () => {
  it.each(reference.matrices)('finds the $k clusters that $name was made of', golden => {
    const x = goldenMatrix(golden.name);
    const params = { kMin: 2, kMax: golden.k + 3, folds: 3 };
    const candidates = [...kCandidates(StandardScaler.fit(x).transform(x), params)];
    expect(chooseK(candidates, params).k).toBe(golden.k);
    expect(chooseK(candidates, { ...params, criterion: 'held-out' }).k).toBe(golden.k);
  });

  it('does not make many clusters of one cloud', () => {
    const random = new Random(3);
    const x = zeros(200, 4);
    for (let i = 0; i < x.data.length; i++) x.data[i] = random.normal();
    expect(chooseK([...kCandidates(x, { kMin: 1, kMax: 6, folds: 3 })]).k).toBe(1);
  });

  it('gives the same numbers for the same seed', () => {
    const x = goldenMatrix('blobs');
    const run = () => [...kCandidates(x, { kMin: 4, kMax: 6, folds: 2, randomState: 9 })];
    expect(run()).toEqual(run());
  });

  it('leaves out the unstable ones, and takes the most stable when all are', () => {
    const candidates = [
      candidate(2, { bic: 30, stability: 0.3 }),
      candidate(3, { bic: 20, stability: 0.45 }),
      candidate(4, { bic: 10, stability: 0.2 }),
    ];
    expect(chooseK(candidates).k).toBe(3);
    expect(chooseK([...candidates, candidate(5, { bic: 25, stability: 0.7 })]).k).toBe(5);
    expect(chooseK(candidates, { minStability: 0 }).k).toBe(4);
  });

  it('takes the fewest clusters within one standard error of the best held-out likelihood', () => {
    const candidates = [
      candidate(2, { heldOutLogLikelihood: -50 }),
      candidate(3, { heldOutLogLikelihood: -40.9 }),
      candidate(4, { heldOutLogLikelihood: -40 }),
    ];
    expect(chooseK(candidates, { criterion: 'held-out' }).k).toBe(3);
    // An unstable one sets no mark, however likely.
    const unstable = candidate(5, { heldOutLogLikelihood: -10, stability: 0.1 });
    expect(chooseK([...candidates, unstable], { criterion: 'held-out' }).k).toBe(3);
  });
});

describe('kRange', () => {
  it('tries no more clusters than one per five rows', () => {
    expect(kRange(33, {})).toEqual({ kMin: 2, kMax: 6 });
    expect(kRange(1000, {})).toEqual({ kMin: 2, kMax: 20 });
  });

  it('refuses a range that holds nothing', () => {
    expect(() => kRange(9, {})).toThrow(/9 rows are enough for 1/);
    expect(() => kRange(100, { kMin: 5, kMax: 4 })).toThrow(/kMax/);
  });
});
