import { describe, expect, it } from 'vitest';
import { StandardScaler } from './standard-scaler.js';
import { fromRows } from './testing/goldens.js';

describe('StandardScaler', () => {
  it('gives each feature mean 0 and variance 1', () => {
    const x = fromRows([
      [1, 100],
      [2, 300],
      [3, 200],
    ]);
    const scaler = StandardScaler.fit(x);
    expect([...scaler.mean]).toEqual([2, 200]);
    const { data } = scaler.transform(x);
    expect(data[0]! + data[2]! + data[4]!).toBeCloseTo(0, 12);
    expect((data[1]! ** 2 + data[3]! ** 2 + data[5]! ** 2) / 3).toBeCloseTo(1, 12);
  });

  it('turns a constant feature to 0, also when its mean is rounded', () => {
    const scaler = StandardScaler.fit(fromRows(Array.from({ length: 7 }, () => [0.1])));
    expect(scaler.scale[0]).toBe(1);
    expect(scaler.transform(fromRows([[0.1]])).data[0]).toBeCloseTo(0, 12);
  });

  it('refuses other columns and scales that divide by zero', () => {
    const scaler = StandardScaler.fit(fromRows([[1], [2]]));
    expect(() => scaler.transform(fromRows([[1, 2]]))).toThrow(/2 columns, but 1/);
    expect(() => new StandardScaler(Float64Array.of(0), Float64Array.of(0))).toThrow(/above zero/);
  });
});
