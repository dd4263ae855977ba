import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findImages } from './find-images.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-images-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);
mkdirSync(at('line/scratches/day 2'), { recursive: true });
mkdirSync(at('line/pits'));
mkdirSync(at('empty'));
for (const name of [
  'b.png',
  'line/1.BMP',
  'line/scratches/2.jpeg',
  'line/scratches/notes.txt',
  'line/scratches/day 2/3.tif',
  'line/pits/9.jpg',
  'odd.bin',
])
  writeFileSync(at(name), '');

describe('findImages', () => {
  it('takes files as they are, and of directories the pictures in them and below, with their folder', async () => {
    expect(await findImages([at('odd.bin'), at('line'), at('b.png')])).toEqual([
      { path: at('odd.bin'), folder: null },
      { path: at('line/1.BMP'), folder: null },
      { path: at('line/pits/9.jpg'), folder: 'pits' },
      { path: at('line/scratches/2.jpeg'), folder: 'scratches' },
      { path: at('line/scratches/day 2/3.tif'), folder: 'scratches' },
      { path: at('b.png'), folder: null },
    ]);
  });

  it('takes the names of several directories as folders, so that a shell may list them', async () => {
    const found = await findImages([at('line/pits'), `${at('line/scratches')}/`]);
    expect(found.map(({ folder }) => folder)).toEqual(['pits', 'scratches', 'day 2']);
  });

  it('names what is not there, and a directory without pictures', async () => {
    for (const name of ['missing.png', 'empty'])
      await expect(findImages([at(name)])).rejects.toMatchObject({
        code: 'FILE_NOT_FOUND',
        message: expect.stringContaining(at(name)),
      });
  });
});
