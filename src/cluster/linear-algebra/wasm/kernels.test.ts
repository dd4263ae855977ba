import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { Random } from '../../../random.js';
import { createWorkspace, type Workspace } from '../workspace.js';
import { DISTANCES_WASM } from './distances-wasm.js';
import { PRODUCTS_WASM } from './products-wasm.js';
import { SUMS_WASM } from './sums-wasm.js';

/** Runs on both backends, in memory that holds the same noise, and gives what is there afterwards. */
function onBoth(run: (workspace: Workspace, at: number) => void): [simd: Float64Array, scalar: Float64Array] {
  return (['simd', 'scalar'] as const).map(backend => {
    const arena = createWorkspace(backend);
    const at = arena.allocate(4096);
    const random = new Random(5);
    const numbers = arena.doubles(at, 4096);
    for (let i = 0; i < numbers.length; i++) numbers[i] = random.normal();
    run(arena, at);
    return arena.doubles(at, 4096).slice();
  }) as [Float64Array, Float64Array];
}

describe('kernels of linear algebra', () => {
  it.each([
    ['distances', DISTANCES_WASM],
    ['products', PRODUCTS_WASM],
    ['sums', SUMS_WASM],
  ])('are made from %s.wat', async (name, wasm) => {
    const text = readFileSync(new URL(`${name}.wat`, import.meta.url), 'utf8');
    const { parseWat } = await wabt();
    const assembled = parseWat(name, text, { simd: true }).toBinary({}).buffer;
    expect(Buffer.from(assembled).equals(wasm)).toBe(true);
  });

  it.each<[string, (workspace: Workspace, at: number) => void]>([
    ['multiply', ({ kernels }, at) => kernels.multiply(at, at + 3200, at + 16_000, 3, 2, 7, 8 * 9)],
    ['rotate', ({ kernels }, at) => kernels.rotate(at + 64 * 9, at + 16_000 + 16 * 9, at + 64 * 2)],
    ['rotate by one turn', ({ kernels }, at) => kernels.rotate(at, at + 16_000, at)],
    [
      'updateAndMultiply',
      ({ kernels }, at) =>
        kernels.updateAndMultiply(at, 8 * 12, 9, 10, at + 8000, at + 8160, at + 8320, at + 8480),
    ],
    ['panelDistances', ({ kernels }, at) => kernels.panelDistances(at, at + 1600, 2, 7, at + 16_000, 8 * 9)],
    [
      'subtractCombinations',
      ({ kernels }, at) => kernels.subtractCombinations(at, at + 1600, 2, 7, at + 16_000, 8 * 9),
    ],
    [
      'squaredDistances of an odd number of rows',
      ({ kernels }, at) => kernels.squaredDistances(at, 5, 12, at + 8000, at + 16_000),
    ],
    [
      'squaredDistances of one row',
      ({ kernels }, at) => kernels.squaredDistances(at, 1, 4, at + 8000, at + 16_000),
    ],
    [
      'squaredDistance',
      ({ kernels, doubles }, at) => {
        doubles(at + 16_000, 1)[0] = kernels.squaredDistance(at, at + 800, 20);
      },
    ],
    [
      'roundedDistances',
      ({ kernels, shorts }, at) => {
        const random = new Random(6);
        const numbers = shorts(at, 4 * 3 * 24);
        for (let i = 0; i < numbers.length; i++) numbers[i] = random.int(5000) - 2500;
        kernels.roundedDistances(at + 16 * 2, at + 2 * 4 * 24, 2, 24, at + 16_000);
      },
    ],
    [
      'weightedDistances',
      ({ kernels }, at) => kernels.weightedDistances(at, 6, 12, at + 8000, at + 9600, at + 16_000),
    ],
    [
      'addRows',
      ({ kernels, integers }, at) => {
        integers(at + 8000, 5).set([2, -1, 0, 2, 1]);
        kernels.addRows(at, 5, 8, at + 8000, at + 16_000);
      },
    ],
    [
      'squaredLengths, with panels that are left and others that are not',
      ({ kernels, doubles }, at) => {
        doubles(at + 16_800, 12).set([1, 1, 1, 1, 1, 1, 1e9, 1, 1e9, 1e9, 1e9, 1e9]);
        kernels.squaredLengths(at, at + 8000, at + 16_000, 3, 12, at + 16_800, at + 20_000);
      },
    ],
    [
      'addWeighted, a weight of zero among them,',
      ({ kernels, doubles }, at) => {
        doubles(at + 8000, 5)[2] = 0;
        kernels.addWeighted(at, 5, 8, at + 8000, at + 16_000);
      },
    ],
    [
      'addWeightedSquares',
      ({ kernels }, at) => kernels.addWeightedSquares(at, 5, 8, at + 8000, at + 9600, at + 16_000),
    ],
    [
      'squaresFromProducts, a near one among them or none,',
      ({ kernels, doubles }, at) => {
        const results = doubles(at + 16_000, 2);
        results[0] = kernels.squaresFromProducts(at, at + 800, 10, 3, -1e9);
        results[1] = kernels.squaresFromProducts(at + 80, at + 800, 10, 3, 0.5);
        expect([...results]).toEqual([1, 0]);
      },
    ],
    [
      'addRoots',
      ({ kernels, doubles }, at) => {
        const squares = doubles(at, 10);
        squares.forEach((value, i) => {
          squares[i] = value * value;
        });
        doubles(at + 16_000, 1)[0] = kernels.addRoots(at, 10, at + 800);
      },
    ],
  ])('has %s give the same bits as without SIMD', (_, run) => {
    const [simd, scalar] = onBoth(run);
    const [before] = onBoth(() => {});
    expect(simd).toEqual(scalar);
    expect(simd).not.toEqual(before);
  });
});
