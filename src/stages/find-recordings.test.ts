import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findRecordings } from './find-recordings.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-recordings-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);
mkdirSync(at('hall/night'), { recursive: true });
mkdirSync(at('empty'));
for (const name of ['b.wav', 'hall/2.FLAC', 'hall/notes.txt', 'hall/night/1.ogg', 'odd.bin'])
  writeFileSync(at(name), '');

describe('findRecordings', () => {
  it('takes files as they are, and of directories the recordings in them and below', async () => {
    const found = await findRecordings([at('odd.bin'), at('hall'), at('b.wav')]);
    expect(found).toEqual([at('odd.bin'), at('hall/2.FLAC'), at('hall/night/1.ogg'), at('b.wav')]);
  });

  it('names what is not there, and a directory without recordings', async () => {
    for (const name of ['missing.wav', 'empty'])
      await expect(findRecordings([at(name)])).rejects.toMatchObject({
        code: 'FILE_NOT_FOUND',
        message: expect.stringContaining(at(name)),
      });
  });
});
