import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { Random } from '../../random.js';
import { KERNELS_WASM } from './kernels-wasm.js';
import { GROUP, RowGroups } from './row-groups.js';

describe('kernels.wat', () => {
  it('is what kernels-wasm.ts was made from', async () => {
    const text = readFileSync(new URL('kernels.wat', import.meta.url), 'utf8');
    const { parseWat } = await wabt();
    const assembled = parseWat('kernels.wat', text, { simd: true }).toBinary({}).buffer;
    expect(Buffer.from(assembled).equals(KERNELS_WASM)).toBe(true);
  });
});

describe('RowGroups', () => {
  it.each([
    { rows: 5, cols: 1 },
    { rows: 8, cols: 7 },
    { rows: 30, cols: 12 },
  ])('computes with SIMD what it does without, bit for bit: $rows x $cols', ({ rows, cols }) => {
    const random = new Random(rows);
    const data = Float64Array.from({ length: rows * cols }, () => random.normal());
    const both = [true, false].map(simd => {
      const groups = new RowGroups(rows, cols, simd);
      for (let row = 0; row < rows; row++) groups.set(row, data, row * cols);
      const strips: Float64Array[] = [];
      groups.squaredDistances(0, 1, groups.groups);
      strips.push(groups.strip.slice());
      groups.innerProducts(groups.groups - 1, 0, groups.groups - 1);
      strips.push(groups.strip.slice());
      groups.subtractCombinations(groups.groups - 1, 0, groups.groups - 1);
      const vectors = Float64Array.from(data);
      for (let row = 0; row < rows; row++) groups.get(row, vectors, row * cols);
      return [...strips, vectors];
    });
    expect(both[0]).toEqual(both[1]);
  });

  it('takes out of a group what the strip says, and leaves other rows alone', () => {
    const groups = new RowGroups(2 * GROUP, 2);
    groups.set(0, Float64Array.of(1, 0));
    groups.set(3, Float64Array.of(0, 1));
    groups.set(GROUP, Float64Array.of(5, 7));
    groups.set(GROUP + 3, Float64Array.of(-2, 3));
    groups.innerProducts(1, 0, 1);
    expect([groups.strip[0], groups.strip[3], groups.strip[3 * groups.stride]]).toEqual([5, 7, -2]);
    groups.strip[3] = 0;
    groups.subtractCombinations(1, 0, 1);
    const row = new Float64Array(2);
    groups.get(GROUP, row);
    expect([...row]).toEqual([0, 7]);
    groups.get(GROUP + 3, row);
    expect([...row]).toEqual([0, 0]);
    groups.get(3, row);
    expect([...row]).toEqual([0, 1]);
  });
});
