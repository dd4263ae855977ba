import { describe, expect, it } from 'vitest';
import { groupMoments } from './group-moments.js';

describe('groupMoments', () => {
  it('gives share, mean and variance of each group', () => {
    const data = Float32Array.of(0, 10, 2, 10, 5, 1, 7, 5, 9, 3);
    const labels = Int32Array.of(0, 0, 1, 1, 1);
    const clusterCenters = { data: [1, 10, 7, 3] };
    const latents = { data, rows: 5, cols: 2 };
    const { weights, means, variances } = groupMoments(latents, { labels, clusterCenters }, 0.5);
    expect([...weights]).toEqual([0.4, 0.6]);
    expect([...means]).toEqual([1, 10, 7, 3]);
    [1.5, 0.5, 8 / 3 + 0.5, 8 / 3 + 0.5].forEach((variance, i) => {
      expect(variances[i]).toBeCloseTo(variance, 12);
    });
  });

  it('leaves a group without rows at its centre', () => {
    const groups = { labels: Int32Array.of(1, 1), clusterCenters: { data: [4, 9] } };
    const { weights, means, variances } = groupMoments(
      { data: Float32Array.of(8, 10), rows: 2, cols: 1 },
      groups,
      0,
    );
    expect([...weights]).toEqual([0.2, 0.8]);
    expect([...means]).toEqual([4, 9]);
    expect([...variances]).toEqual([1, 1]);
  });
});
