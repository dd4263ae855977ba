import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Cell } from '../../cluster/grouping/cell.js';
import { GroupingDirectory } from './grouping-directory.js';

const root = mkdtempSync(join(tmpdir(), 'plantsense-grouping-'));
afterAll(() => rmSync(root, { recursive: true }));
const at = (name: string) => join(root, name);

const KEY = { features: 'abc', seed: 0 };
const fitted: Cell = {
  ...{ algorithm: 'kmeans', k: 2, labels: Int32Array.of(0, 1, 1), groups: 2, smallest: 1, largest: 2 },
  ...{ entropy: 0.91, silhouette: 0.1 + 0.2, cScore: null, failure: null },
};
const failed: Cell = {
  ...{ algorithm: 'gmm', k: 3, labels: null, groups: null, smallest: null, largest: null },
  ...{ entropy: null, silhouette: null, cScore: null },
  failure: { code: 'MIXTURE_ILL_DEFINED', message: 'A covariance is singular.' },
};

async function withDirectory<T>(
  name: string,
  work: (directory: GroupingDirectory) => Promise<T>,
): Promise<T> {
  const directory = await GroupingDirectory.own(at(name));
  return work(directory).finally(() => directory.release());
}

describe('the directory of a grouping', () => {
  it('keeps cells, bit for bit, and those that failed', async () => {
    await withDirectory('kept', async directory => {
      expect(await directory.openCells(KEY, false)).toEqual(new Map());
      await directory.keepCell('a', fitted);
      await directory.keepCell('a', failed);
      await directory.keepCell('b', fitted);
    });
    const kept = await withDirectory('kept', directory => directory.openCells(KEY, false));
    expect(kept).toEqual(
      new Map([
        ['a', [fitted, failed]],
        ['b', [fitted]],
      ]),
    );
  });

  it('goes on after a line that was cut off', async () => {
    await withDirectory('cut', async directory => {
      await directory.openCells(KEY, false);
      await directory.keepCell('a', fitted);
    });
    appendFileSync(at('cut/.grouping/cells.ndjson'), '{"rowsId":"a","algor');
    await withDirectory('cut', async directory => {
      expect(await directory.openCells(KEY, false)).toEqual(new Map([['a', [fitted]]]));
      await directory.keepCell('a', failed);
    });
    const kept = await withDirectory('cut', directory => directory.openCells(KEY, false));
    expect(kept.get('a')).toEqual([fitted, failed]);
  });

  it('says what differs from what it holds, unless it may forget it', async () => {
    await withDirectory('other', async directory => {
      await directory.openCells(KEY, false);
      await directory.keepCell('a', fitted);
    });
    await withDirectory('other', async directory => {
      const other = { ...KEY, seed: 1, near_labels: 'x' };
      await expect(directory.openCells(other, false)).rejects.toThrow(
        'differs in seed (0 there, 1 now), near_labels (none there, x now).',
      );
      expect(await directory.openCells(other, true)).toEqual(new Map());
    });
  });

  it('removes its own results and nothing else, and never takes the place of what somebody else put there', async () => {
    await withDirectory('own', async directory => {
      for (const name of ['index.html', 'group-2-25.jpg', 'notes.txt', 'group-photo.jpg', 'features.npy'])
        await directory.write(name, 'x');
      await directory.clearResults();
    });
    expect(readdirSync(at('own')).sort()).toEqual([
      '.grouping',
      'features.npy',
      'group-photo.jpg',
      'notes.txt',
    ]);
    mkdirSync(at('foreign'));
    writeFileSync(at('foreign/index.html'), 'mine');
    await expect(GroupingDirectory.own(at('foreign'))).rejects.toMatchObject({
      code: 'GROUPING_RESULT_INVALID',
    });
    expect(readdirSync(at('foreign'))).toEqual(['index.html']);
  });

  it('belongs to one process at a time', async () => {
    await withDirectory('busy', async () => {
      await expect(GroupingDirectory.own(at('busy'))).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
    });
  });
});
