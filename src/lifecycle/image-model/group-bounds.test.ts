import { describe, expect, it } from 'vitest';
import { groupBounds } from './group-bounds.js';

describe('the ends of groups', () => {
  it('are as far out as the median distance of their own pictures, by one factor', () => {
    const labels = Array.from({ length: 40 }, (_, i) => i % 2);
    const distances = labels.flatMap((label, i) => {
      const own = 1 + (i % 10) / 10;
      return label === 0 ? [own, 50] : [50, 3 * own];
    });
    const [first, second] = groupBounds({ distances, labels }, 2, 0.01);
    expect(second! / first!).toBeCloseTo((3 * 1.5) / 1.4, 1);
    expect(first).toBeGreaterThan(1.8);
    expect(first).toBeLessThan(10);
  });

  it('are as for groups in general where a group has too few pictures, or none', () => {
    const labels = [0, 0, 0, 0, 0, 0, 1];
    const distances = labels.flatMap(label => [
      label === 0 ? 1 : 9,
      label === 0 ? 9 : 1,
      Number.POSITIVE_INFINITY,
    ]);
    const [, second, third] = groupBounds({ distances, labels }, 3, 0.01);
    expect([second! > 0, third]).toEqual([true, second]);
  });

  it('are not nothing where all pictures of each group are equal', () => {
    const labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1];
    const distances = labels.flatMap(label => (label === 0 ? [0, 9] : [9, 1e-17]));
    expect(groupBounds({ distances, labels }, 2, 0.01).every(bound => bound >= 0.1)).toBe(true);
  });

  it('can not be told without a picture to tell them by', () => {
    expect(() => groupBounds({ distances: [], labels: [] }, 19, 0.01)).toThrow(
      /The 19 groups have too few images for it to be measured where they end/,
    );
  });
});
