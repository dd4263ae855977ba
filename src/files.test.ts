import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readBytes, writeBytes } from './files.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-files-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('a file', () => {
  it('is written and read', async () => {
    await writeBytes(join(directory, 'a'), Uint8Array.of(1, 2));
    expect(readFileSync(join(directory, 'a'))).toEqual(Buffer.of(1, 2));
    expect(await readBytes(join(directory, 'a'))).toEqual(Buffer.of(1, 2));
  });

  it('that can not be had is named, with the reason', async () => {
    const missing = join(directory, 'b', 'c');
    await expect(readBytes(missing)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: `Can't read ${missing}: no such file or directory.`,
    });
    await expect(readBytes(directory)).rejects.toThrow('illegal operation on a directory');
    await expect(writeBytes(missing, new Uint8Array())).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE' });
    // Linux has a device that is always full.
    if (process.platform === 'linux')
      await expect(writeBytes('/dev/full', Uint8Array.of(1))).rejects.toMatchObject({ code: 'DISK_FULL' });
  });
});
