import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { IMAGE_LIMITS } from '../vision/image-limits.js';
import { goldenFormats } from '../vision/testing/goldens.js';
import { readImage } from './read-image.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-read-image-'));
afterAll(() => rmSync(directory, { recursive: true }));
const path = join(directory, 'picture.any');

describe('readImage', () => {
  it('reads a picture, whatever its name', async () => {
    for (const { file, image } of goldenFormats()) {
      writeFileSync(path, file);
      expect(await readImage(path)).toEqual(image);
    }
  });

  it('says of which file it speaks', async () => {
    writeFileSync(path, '');
    await expect(readImage(path)).rejects.toMatchObject({
      code: 'IMAGE_EMPTY',
      message: `${path}: The picture has 0 bytes.`,
    });
    const missing = join(directory, 'missing.png');
    await expect(readImage(missing)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: `Can't read ${missing}: no such file or directory.`,
    });
  });

  it('refuses a file above the limit', async () => {
    writeFileSync(path, new Uint8Array(1001));
    await expect(readImage(path, { ...IMAGE_LIMITS, maxBytes: 1000 })).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      message: `${path}: The picture has 1001 bytes, and at most 1000 are read.`,
    });
  });
});
