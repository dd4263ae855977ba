import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dbToPower, exceededLevelDb, powerToDb } from './level.js';

describe('level', () => {
  it('is 0 dBFS for the RMS of a full-scale sine, and the calibration in dB SPL', () => {
    expect(powerToDb(0.5, null)).toBeCloseTo(0, 12);
    expect(powerToDb(0.5, 120.5)).toBeCloseTo(120.5, 12);
  });

  it('goes back and forth between power and dB', () => {
    const db = fc.double({ min: -150, max: 50, noNaN: true });
    fc.assert(
      fc.property(db, fc.option(db), (level, calibration) => {
        fc.pre(level - (calibration ?? 0) > -190);
        expect(powerToDb(dbToPower(level, calibration), calibration)).toBeCloseTo(level, 8);
      }),
    );
  });

  it('is null in silence, never minus infinity', () => {
    for (const power of [0, 1e-25, Number.NaN]) expect(powerToDb(power, 94)).toBeNull();
  });

  it('gives the level that is exceeded a share of the time', () => {
    // 11 levels from −50 to 0 dB: exceeded 10 % of the time is the second highest.
    const sorted = Float64Array.from({ length: 11 }, (_, i) => dbToPower(-50 + 5 * i, null));
    expect(exceededLevelDb(sorted, 10, null)).toBeCloseTo(-5, 10);
    expect(exceededLevelDb(sorted, 50, null)).toBeCloseTo(-25, 10);
    expect(exceededLevelDb(sorted, 90, null)).toBeCloseTo(-45, 10);
    expect(exceededLevelDb(sorted, 95, null)).toBeCloseTo(-47.5, 10);
    expect(exceededLevelDb(sorted.subarray(0, 1), 90, 100)).toBeCloseTo(50, 10);
    expect(exceededLevelDb(new Float64Array(0), 90, null)).toBeNull();
    expect(exceededLevelDb(Float64Array.of(0, 0, 0.5), 90, null)).toBeNull();
  });
});
