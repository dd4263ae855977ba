import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { biquadPowerGain, spectralFactor } from './biquad.js';

/** |c0 + c1 z⁻¹ + c2 z⁻²|² as coefficients of sin²(ω/2). */
const powerOf = (c0: number, c1: number, c2: number): [number, number, number] => [
  (c0 + c1 + c2) ** 2,
  -4 * (c0 * c1 + c1 * c2 + 4 * c0 * c2),
  16 * c0 * c2,
];

describe('biquad', () => {
  it('gives the power gain of the transfer function, at frequencies far below the rate too', () => {
    const section = { b0: 1, b1: -2, b2: 1, a1: -1.9, a2: 0.905 };
    for (const hz of [1, 10, 1000, 20_000]) {
      const w = (2 * Math.PI * hz) / 48_000;
      const part = (c: readonly number[]) =>
        Math.hypot(
          c[0]! + c[1]! * Math.cos(w) + c[2]! * Math.cos(2 * w),
          c[1]! * Math.sin(w) + c[2]! * Math.sin(2 * w),
        ) ** 2;
      const expected = part([1, -2, 1]) / part([1, -1.9, 0.905]);
      const gain = biquadPowerGain(section, hz, 48_000);
      expect(10 * Math.log10(gain)).toBeCloseTo(10 * Math.log10(expected), hz < 100 ? 3 : 8);
    }
  });

  it('finds the minimum-phase polynomial of a power spectrum', () => {
    const root = fc.double({ min: -0.95, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(root, root, fc.double({ min: 0.1, max: 10, noNaN: true }), (p, q, gain) => {
        const wanted = [gain, -gain * (p + q), gain * p * q] as const;
        const found = spectralFactor(...powerOf(...wanted));
        wanted.forEach((c, i) => {
          expect(found?.[i]).toBeCloseTo(c, 5);
        });
      }),
    );
  });

  it('has none for a spectrum that is negative somewhere', () => {
    expect(spectralFactor(1, -6, 6)).toBeNull();
    expect(spectralFactor(-1, 2, 0)).toBeNull();
    expect(spectralFactor(1, -2, 0.5)).toBeNull();
  });
});
