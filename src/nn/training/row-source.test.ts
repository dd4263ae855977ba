import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../../npy.js';
import { NpySource } from './npy-source.js';
import { memorySource, type RowSource, selectRows } from './row-source.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rows-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Row i is i, i + 0.25, i + 0.5 ... */
const data = Float32Array.from({ length: 10 * 6 }, (_, i) => Math.floor(i / 6) + (i % 6) / 4);

async function read(source: RowSource, indices: number[]): Promise<number[]> {
  const into = new Float32Array(indices.length * 6);
  await source.read(indices, into);
  return [...into];
}

const expected = (indices: number[]) => indices.flatMap(i => [...data.subarray(i * 6, i * 6 + 6)]);

describe('memorySource', () => {
  it('gives rows in any order, again and again', async () => {
    const source = memorySource(data, [2, 3]);
    expect(source.rows).toBe(10);
    expect(await read(source, [9, 0, 9])).toEqual(expected([9, 0, 9]));
  });

  it('refuses a part of a row', () => {
    expect(() => memorySource(data, [7])).toThrow('60 values are no whole number of rows of shape (7)');
  });
});

describe('selectRows', () => {
  it('gives some rows of a source, of which some can be selected again', async () => {
    const odd = selectRows(memorySource(data, [2, 3]), [1, 3, 5, 7, 9]);
    expect(odd.rows).toBe(5);
    expect(await read(odd, [4, 0])).toEqual(expected([9, 1]));
    expect(await read(selectRows(odd, [2]), [0])).toEqual(expected([5]));
  });
});

describe('NpySource', () => {
  async function fileOf(bytes: Uint8Array): Promise<string> {
    const path = join(directory, `${Math.abs(bytes.length)}-${bytes[20]}.npy`);
    await writeFile(path, bytes);
    return path;
  }

  it('reads the rows that are asked for, neighbours and not', async () => {
    const source = await NpySource.open(await fileOf(encodeNpy(data, [10, 2, 3])));
    expect([source.rows, source.shape]).toEqual([10, [2, 3]]);
    expect(await read(source, [0, 1, 2, 7, 6, 6, 9])).toEqual(expected([0, 1, 2, 7, 6, 6, 9]));
    await source.close();
  });

  it('writes to the part of a buffer that it is given', async () => {
    const source = await NpySource.open(await fileOf(encodeNpy(data, [10, 2, 3])));
    const buffer = new Float32Array(18).fill(-1);
    await source.read([4], buffer.subarray(6, 12));
    expect([...buffer]).toEqual([...Array(6).fill(-1), ...expected([4]), ...Array(6).fill(-1)]);
    await source.close();
  });

  it('refuses what it can not read rows from', async () => {
    const refused = async (bytes: Uint8Array) =>
      expect(NpySource.open(await fileOf(bytes))).rejects.toMatchObject({ code: 'NPY_INVALID' });
    await refused(encodeNpy(Float64Array.from(data), [10, 6]));
    await refused(encodeNpy(data));
    await refused(encodeNpy(data, [10, 6]).subarray(0, 200));
    await refused(Buffer.from('no array at all'));
    const fortran = Buffer.from(encodeNpy(data, [10, 6]));
    fortran.write('True ', fortran.indexOf('False'), 'latin1');
    const path = await fileOf(fortran);
    await expect(NpySource.open(path)).rejects.toThrow(`${path}: The .npy file is in Fortran order.`);
    await expect(NpySource.open(join(directory, 'none.npy'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });

  it('notices a file that became shorter', async () => {
    const path = await fileOf(encodeNpy(data, [5, 12]));
    const source = await NpySource.open(path);
    await truncate(path, 200);
    await expect(source.read([4], new Float32Array(12))).rejects.toMatchObject({ code: 'NPY_INVALID' });
    await source.close();
  });
});
