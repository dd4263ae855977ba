import { describe, expect, it } from 'vitest';
import { sine } from './testing/signals.js';
import { engine } from './wasm/engine.js';
import { levelFilter } from './weighting.js';
import { designedWeightingDb, designWeighting, weightingDb } from './weighting-design.js';

/** IEC 61672-1:2013, table 3: nominal frequency, A, C. */
const STANDARD = [
  [10, -70.4, -14.3],
  [16, -56.7, -8.5],
  [31.5, -39.4, -3.0],
  [63, -26.2, -0.8],
  [125, -16.1, -0.2],
  [250, -8.6, 0],
  [500, -3.2, 0],
  [1000, 0, 0],
  [2000, 1.2, -0.2],
  [4000, 1.0, -0.8],
  [8000, -1.1, -3.0],
  [16000, -6.6, -8.5],
] as const;

/** The exact base-10 frequency of a nominal one. */
const exact = (nominal: number): number => 1000 * 10 ** (Math.round(10 * Math.log10(nominal / 1000)) / 10);

const RATES = [8_000, 11_025, 16_000, 16_300, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000];

/** Squares of the whole signal, weighted as if it were one tick. */
function weightedSquares(samples: Float32Array, rate: number): { a: Float64Array; c: Float64Array } {
  const { address: filter, powerGain, settle } = levelFilter(rate);
  const { length } = samples;
  const room = 8 * (length + 4);
  const state = engine.scratch('weighting-test', 128 + 4 * room);
  const [a, c, z, signal] = [128, 128 + room, 128 + 2 * room, 128 + 3 * room].map(
    at => state + at,
  ) as Addresses;
  engine.doubles(state, 8).fill(0)[0] = settle(samples[0]!);
  engine
    .floats(signal, length + 8)
    .fill(0)
    .set(samples, 4);
  engine.floats(signal, 4).fill(samples[0]!);
  engine.kernels.levels(signal + 16, length, filter, state, state + 64, a, c, z);
  return {
    a: engine.doubles(a, length).map(square => square * powerGain.A),
    c: engine.doubles(c, length).map(square => square * powerGain.C),
  };
}

type Addresses = [number, number, number, number];

describe('frequency weighting', () => {
  it("follows the standard's table", () => {
    for (const [nominal, a, c] of STANDARD) {
      expect(weightingDb('A', exact(nominal))).toBeCloseTo(a, 0.9);
      expect(Math.abs(weightingDb('A', exact(nominal)) - a)).toBeLessThan(0.06);
      expect(Math.abs(weightingDb('C', exact(nominal)) - c)).toBeLessThan(0.06);
    }
    expect(weightingDb('Z', 31.5)).toBe(0);
  });

  it('is designed within 0.05 dB of the formula up to 0.35 of any sample rate', () => {
    const rates = [...RATES];
    for (let rate = 8_000; rate <= 192_000; rate += 977) rates.push(rate);
    let worst = 0;
    for (const rate of rates) {
      const design = designWeighting(rate);
      for (let i = 0; i <= 150; i++) {
        const hz = 10 * ((0.35 * rate) / 10) ** (i / 150);
        for (const weighting of ['A', 'C'] as const) {
          const error = designedWeightingDb(design, weighting, hz) - weightingDb(weighting, hz);
          worst = Math.max(worst, Math.abs(error));
        }
      }
    }
    expect(worst).toBeLessThan(0.05);
  });

  it('weights running sound within 0.1 dB', () => {
    for (const rate of [16_000, 16_300, 22_050, 44_100, 48_000]) {
      for (const hz of [31.5, 100, 1000, 0.2 * rate, 0.35 * rate]) {
        const samples = sine(hz, 0.5, 2 * rate, rate);
        const { a, c } = weightedSquares(samples, rate);
        const levelDb = (squares: Float64Array) =>
          10 * Math.log10((squares.subarray(rate).reduce((sum, square) => sum + square) / rate) * 8);
        expect(Math.abs(levelDb(a) - weightingDb('A', hz))).toBeLessThan(0.1);
        expect(Math.abs(levelDb(c) - weightingDb('C', hz))).toBeLessThan(0.1);
      }
    }
  });

  it('makes no click of a constant offset', () => {
    const { a, c } = weightedSquares(new Float32Array(500).fill(0.3), 22_050);
    expect(Math.max(...a, ...c)).toBe(0);
  });

  it('says which sample rates it can take', () => {
    for (const rate of [0, 7_999, 192_001, 22_050.5, Number.NaN]) {
      expect(() => designWeighting(rate)).toThrow(
        expect.objectContaining({ code: 'PARAMETER_INVALID', message: expect.stringContaining(`${rate}`) }),
      );
    }
  });
});
