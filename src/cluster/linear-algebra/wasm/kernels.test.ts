import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { Random } from '../../../random.js';
import { createArena, type Workspace } from '../workspace.js';
import { KERNELS_WASM } from './kernels-wasm.js';

/** Runs on both backends, in memory that holds the same noise, and gives what is there afterwards. */
function onBoth(run: (workspace: Workspace, at: number) => void): [simd: Float64Array, scalar: Float64Array] {
  return (['simd', 'scalar'] as const).map(backend => {
    const arena = createArena(backend);
    const at = arena.allocate(4096);
    const random = new Random(5);
    const numbers = arena.doubles(at, 4096);
    for (let i = 0; i < numbers.length; i++) numbers[i] = random.normal();
    run(arena, at);
    return arena.doubles(at, 4096).slice();
  }) as [Float64Array, Float64Array];
}

describe('kernels.wat', () => {
  it('is what kernels-wasm.ts was made from', async () => {
    const text = readFileSync(new URL('kernels.wat', import.meta.url), 'utf8');
    const { parseWat } = await wabt();
    const assembled = parseWat('kernels.wat', text, { simd: true }).toBinary({}).buffer;
    expect(Buffer.from(assembled).equals(KERNELS_WASM)).toBe(true);
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
      'weightedDistances',
      ({ kernels }, at) => kernels.weightedDistances(at, 5, 12, at + 8000, at + 9600, at + 16_000),
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
