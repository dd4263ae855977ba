import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { machineThresholds, thresholdOf } from './machine-thresholds.js';

const random = new Random(4);
function recordings(count: number, length: number, level: number) {
  return Array.from({ length: count }, () =>
    Float64Array.from({ length }, () => level * Math.exp(0.2 * random.normal())),
  );
}
const MEANS_OF = [1, 20];
const normal = recordings(10, 120, 1);
const sensitivity = (share: number) => ({ type: 'sensitivity', sensitivity: share }) as const;

describe('thresholds of a machine', () => {
  it('find as many of the abnormal means as was asked for, and say what that costs', () => {
    const abnormal = recordings(4, 60, 1.3);
    const [single, twenty] = machineThresholds(sensitivity(0.9), MEANS_OF, normal, abnormal, 'within');
    expect(single).toMatchObject({ n: 1, type: 'sensitivity', sensitivity: 0.9, provisional: false });
    expect(twenty).toMatchObject({ n: 20, type: 'sensitivity', sensitivity: 11 / 12, provisional: true });
    expect(single!.specificity).toBeLessThan(0.8);
    expect(twenty!.specificity).toBe(1);
    const [strict] = machineThresholds(sensitivity(0.5), MEANS_OF, normal, abnormal, 'within');
    expect(strict!.alpha).toBeGreaterThan(single!.alpha);
  });

  it('of 20 are a quantile when the abnormal recordings are too short for them', () => {
    const abnormal = recordings(2, 8, 1.5);
    const thresholds = machineThresholds(sensitivity(1), MEANS_OF, normal, abnormal, 'within');
    // Sixty means of 20 tell no 0.99 quantile themselves.
    expect(thresholds).toMatchObject([
      { n: 1, type: 'sensitivity', sensitivity: 1 },
      { n: 20, type: 'gamma', sensitivity: null },
    ]);
    const [, across] = machineThresholds(sensitivity(1), [1, 5], normal, abnormal, 'across');
    expect(across).toMatchObject({ n: 5, type: 'sensitivity', sensitivity: 1 });
  });

  it('say what share of abnormal recordings a quantile finds, and need some for a sensitivity', () => {
    const quantile = { type: 'quantile', quantile: 0.99 } as const;
    const found = thresholdOf(quantile, 1, normal, recordings(2, 30, 3), 'within');
    expect(found).toMatchObject({ type: 'quantile', sensitivity: 1 });
    expect(thresholdOf(quantile, 1, normal, [], 'within')).toMatchObject({ sensitivity: null });
    expect(() => thresholdOf(sensitivity(0.9), 1, normal, [], 'within')).toThrow(
      'A threshold needs at least 1 abnormal segments, and there are 0.',
    );
  });
});
