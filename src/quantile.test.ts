import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeNpy } from './npy.js';
import { quantile } from './quantile.js';

const golden = (name: string) => readFileSync(new URL(`../test/goldens/anomaly/${name}`, import.meta.url));
const { quantiles } = JSON.parse(golden('reference.json').toString()) as {
  quantiles: Record<string, number>;
};

describe('the quantile', () => {
  it.each(Object.entries(quantiles))('of %s equals numpy’s', (q, expected) => {
    const { data } = decodeNpy(golden('residuals-normal.npy'));
    expect(quantile(Float64Array.from(data), Number(q))).toBeCloseTo(expected, 13);
  });

  it('leaves the values in their order', () => {
    const values = Float64Array.of(3, 1, 2);
    expect(quantile(values, 0.75)).toBe(2.5);
    expect(values).toEqual(Float64Array.of(3, 1, 2));
  });
});
