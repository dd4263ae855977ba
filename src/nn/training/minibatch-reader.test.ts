import { describe, expect, it } from 'vitest';
import { MinibatchReader } from './minibatch-reader.js';
import { memorySource, type RowSource } from './row-source.js';

const rows = memorySource(
  Float32Array.from({ length: 20 }, (_, i) => Math.floor(i / 2)),
  [2],
);

async function epochOf(reader: MinibatchReader, epoch: number): Promise<number[][]> {
  const batches: number[][] = [];
  for (let i = 0; i < reader.count; i++) {
    const { indices, values } = await reader.read(epoch, i);
    expect([...values]).toEqual([...indices].flatMap(row => [row, row]));
    batches.push([...indices]);
  }
  return batches;
}

describe('MinibatchReader', () => {
  it('gives each row once an epoch, in an order that the seed and the epoch decide', async () => {
    const reader = new MinibatchReader(rows, 4, 1);
    const first = await epochOf(reader, 0);
    expect(first.map(batch => batch.length)).toEqual([4, 4, 2]);
    expect(first.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await epochOf(reader, 1)).not.toEqual(first);
    expect(await epochOf(new MinibatchReader(rows, 4, 1), 0)).toEqual(first);
    expect(await epochOf(new MinibatchReader(rows, 4, 2), 0)).not.toEqual(first);
  });

  it('gives in the middle of an epoch what it would have given', async () => {
    const whole = await epochOf(new MinibatchReader(rows, 4, 1), 3);
    const { indices } = await new MinibatchReader(rows, 4, 1).read(3, 1);
    expect([...indices]).toEqual(whole[1]);
  });

  it('reads one ahead, and no more', async () => {
    let reads = 0;
    const counting: RowSource = {
      ...rows,
      read: (indices, into) => {
        reads++;
        return rows.read(indices, into);
      },
    };
    const reader = new MinibatchReader(counting, 4, 1);
    await reader.read(0, 0);
    expect(reads).toBe(2);
    await reader.read(0, 1);
    expect(reads).toBe(3);
    await reader.close();
  });

  it('keeps the rows that were given last while the next are read', async () => {
    const reader = new MinibatchReader(rows, 5, 1);
    const first = await reader.read(0, 0);
    const second = await reader.read(0, 1);
    expect([...first.values]).not.toEqual([...second.values]);
    expect([...second.values]).toEqual([...second.indices].flatMap(row => [row, row]));
  });

  it('throws what the source threw when its rows are asked for, not before', async () => {
    const failing: RowSource = {
      ...rows,
      read: (indices, into) => {
        if (indices.length < 4) throw new Error('the last batch');
        return rows.read(indices, into);
      },
    };
    const reader = new MinibatchReader(failing, 4, 1);
    await reader.read(0, 0);
    await reader.read(0, 1);
    await expect(reader.read(0, 2)).rejects.toThrow('the last batch');
    await reader.close();
  });
});
