import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { Random } from '../../random.js';
import { largestDifference } from '../testing/goldens.js';
import { createEngine, type Engine } from './engine.js';
import { KERNELS_WASM } from './kernels-wasm.js';

const ENGINES: readonly Engine[] = [createEngine(true), createEngine(false)];

/** Runs on both engines and gives both results. */
function onBoth<T extends Float32Array | Float64Array>(run: (engine: Engine) => T): [simd: T, scalar: T] {
  return [run(ENGINES[0]!).slice() as T, run(ENGINES[1]!).slice() as T];
}

function noise(length: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => random.normal());
}

function put(engine: Engine, values: Float32Array | Float64Array): number {
  const address = engine.allocate(values.byteLength);
  if (values instanceof Float64Array) engine.doubles(address, values.length).set(values);
  else engine.floats(address, values.length).set(values);
  return address;
}

function putDoubles(engine: Engine, values: Float32Array | Float64Array): number {
  return put(engine, Float64Array.from(values));
}

type Four = [number, number, number, number];

/** Angles as the kernels take them. */
function putTwiddles(engine: Engine, angles: readonly number[]): number {
  const twiddles = angles.flatMap(a => [Math.cos(a), Math.cos(a), -Math.sin(a), Math.sin(a)]);
  return put(engine, Float64Array.from(twiddles));
}

describe('kernels.wat', () => {
  it('is what kernels-wasm.ts was made from', async () => {
    const text = readFileSync(new URL('kernels.wat', import.meta.url), 'utf8');
    const { parseWat } = await wabt();
    const assembled = parseWat('kernels.wat', text, { simd: true }).toBinary({}).buffer;
    expect(Buffer.from(assembled).equals(KERNELS_WASM)).toBe(true);
  });

  it('windows as the scalar kernels do, at any place of the signal', () => {
    const [simd, scalar] = onBoth(engine => {
      const signal = put(engine, noise(70, 1));
      const out = engine.allocate(8 * 64);
      engine.kernels.window(signal + 4 * 3, putDoubles(engine, noise(64, 2)), out, 64);
      return engine.doubles(out, 64);
    });
    expect(simd).toEqual(scalar);
    expect(scalar[5]).toBe(noise(70, 1)[8]! * noise(64, 2)[5]!);
  });

  it('makes butterflies as the scalar kernels do, of any number and stride', () => {
    for (const [groups, stride] of [
      [1, 1],
      [1, 4],
      [4, 1],
      [3, 5],
    ] as const) {
      const length = 8 * groups * stride;
      const [simd, scalar] = onBoth(engine => {
        const from = putDoubles(engine, noise(length, 3));
        const twiddles = putTwiddles(engine, [...noise(3 * groups, 4)]);
        const to = engine.allocate(8 * length);
        engine.kernels.butterflies4(from, to, twiddles, groups, stride);
        return engine.doubles(to, length);
      });
      expect(largestDifference(simd, scalar)).toBeLessThan(1e-13);
      const pairs = onBoth(engine => {
        const to = engine.allocate(8 * length);
        engine.kernels.butterflies2(putDoubles(engine, noise(length, 5)), to, length / 4);
        return engine.doubles(to, length);
      });
      expect(pairs[0]).toEqual(pairs[1]);
    }
  });

  it('gives powers as the scalar kernels do, and writes nothing behind the last bin', () => {
    for (const half of [8, 16, 32]) {
      const [simd, scalar] = onBoth(engine => {
        const out = engine.allocate(4 * (half + 4));
        const pairs = putDoubles(engine, noise(2 * half, 6));
        const angles = Array.from({ length: half / 2 }, (_, i) => -Math.PI / 2 - (Math.PI * (i + 1)) / half);
        engine.kernels.power(pairs, putTwiddles(engine, angles), out, half);
        return engine.floats(out, half + 4);
      });
      expect(largestDifference(simd, scalar)).toBeLessThan(1e-5);
      expect([...simd.subarray(half)]).toEqual([simd[half], 0, 0, 0]);
    }
  });

  it('sums bands as the scalar kernels do, also an empty one', () => {
    const [simd, scalar] = onBoth(engine => {
      const power = put(engine, noise(40, 4));
      const rows = engine.allocate(4 * 6);
      engine.integers(rows, 6).set([4 * 3, 2, 0, 0, 4 * 17, 5]);
      const out = engine.allocate(4 * 9);
      engine.kernels.mel(power, rows, 3, put(engine, noise(28, 5)), out, 12);
      return engine.floats(out, 9);
    });
    expect(largestDifference(simd, scalar)).toBeLessThan(1e-5);
    expect(scalar[3]).toBe(0);
    expect(scalar[6]).not.toBe(0);
  });

  it('takes logarithms to the last bits over the whole range of powers', () => {
    const random = new Random(6);
    const values = Float32Array.from({ length: 4096 }, (_, i) =>
      i === 0 ? 0 : i === 1 ? 1 : 10 ** (-12 + 24 * random.next()),
    );
    const engine = ENGINES[0]!;
    const address = put(engine, values);
    const max = engine.kernels.decibels(address, values.length, 1e-10);
    const decibels = engine.floats(address, values.length);
    const exact = Array.from(values, value => 10 * Math.log10(Math.max(value, Math.fround(1e-10))));
    expect(largestDifference(decibels, exact)).toBeLessThan(2e-5);
    expect(max).toBe(Math.max(...decibels));
    expect(decibels[1]).toBe(0);
  });

  it('measures levels as the scalar kernels do, bit for bit, tick after tick', () => {
    const filter = [0.994, 0.031, 0.97, 0.81, 0.9996, 0.2, -0.05];
    for (const length of [1, 2, 3, 4, 5, 80, 221]) {
      const [simd, scalar] = onBoth(engine => {
        const signal = noise(2 * length + 2, length).map(value => Math.max(-1, Math.min(1, value)));
        const [filterAt, stateAt] = [
          put(engine, Float64Array.from(filter)),
          put(engine, new Float64Array(8)),
        ];
        const [figures, a, c, z] = [6, length + 3, length + 3, length + 3].map(n =>
          engine.allocate(8 * n),
        ) as Four;
        const results: number[] = [];
        for (const from of [0, length]) {
          const tick = new Float32Array(4 + length + 3);
          tick.set(signal.subarray(from, from + 2 + length), 2);
          engine.kernels.levels(put(engine, tick) + 16, length, filterAt, stateAt, figures, a, c, z);
          for (const [at, n] of [
            [stateAt, 8],
            [figures, 6],
            [a, length],
            [c, length],
            [z, length],
          ] as const)
            results.push(...engine.doubles(at, n));
        }
        return Float64Array.from(results);
      });
      expect(simd).toEqual(scalar);
      expect(scalar.every(Number.isFinite)).toBe(true);
      const [sumA, sumZ, maxFast, maxC, peak, clipped] = scalar.subarray(8, 14);
      expect(Math.min(sumA!, sumZ!, maxFast!, maxC!, peak!)).toBeGreaterThan(0);
      if (length === 221)
        expect(clipped).toBe([...noise(444, 221).subarray(2, 223)].filter(x => Math.abs(x) >= 1).length);
    }
  });

  it('filters as the scalar kernels do, from any phase on', () => {
    for (const phase of [0, 1, 4]) {
      const [simd, scalar] = onBoth(engine => {
        const signal = put(engine, noise(200, 7));
        const out = engine.allocate(4 * 40);
        engine.kernels.polyphase(signal, put(engine, noise(5 * 32, 8)), 32, out, 40, phase, 3, 2, 5);
        return engine.floats(out, 40);
      });
      expect(largestDifference(simd, scalar)).toBeLessThan(2e-5);
      const between = onBoth(engine => {
        const signal = put(engine, noise(200, 7));
        const out = engine.allocate(4 * 40);
        const bank = put(engine, noise(9 * 32, 9));
        engine.kernels.polyphaseBetween(signal, bank, 32, out, 40, phase, 3, 2, 5, 8);
        return engine.floats(out, 40);
      });
      expect(largestDifference(...between)).toBeLessThan(2e-5);
    }
  });
});
