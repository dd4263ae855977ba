import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeNpy } from '../../npy.js';
import type { Image } from '../../vision/image.js';
import type { ImageEncoder } from '../../vision/image-encoder.js';
import { encodeImageFiles } from './encode-image-files.js';
import { KeptRows } from './kept-rows.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-rows-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);

const FILES = Array.from({ length: 30 }, (_, i) => `${i}`);

/** An image whose width is its file's number. */
function picture(file: string, bytes: number): Image {
  return { width: Number(file), height: 1, channels: 1, data: new Uint8Array(bytes) };
}

/** Two features: the width, and how many images came at once. */
function counting(sizes: number[]): ImageEncoder {
  return {
    ...{ id: 'counting', dimensions: 2, dispose: () => {} },
    encode: async images => {
      sizes.push(images.length);
      return Float32Array.from(images.flatMap(({ width }) => [width, images.length]));
    },
  };
}

async function encode(out: string, bytes: number, read = async (file: string) => picture(file, bytes)) {
  const rows = await KeptRows.open(at(out), 'key', FILES.length, 2);
  const sizes: number[] = [];
  const from = rows.done;
  const hooks = { read, onProgress: () => {}, signal: new AbortController().signal };
  try {
    await encodeImageFiles(FILES, counting(sizes), rows, hooks);
    await rows.finish();
  } catch (error) {
    await rows.leave();
    throw error;
  }
  return { from, sizes, data: decodeNpy(readFileSync(at(out))).data };
}

describe('encoding files', () => {
  it('goes through them in order, eight at a time once it has seen that they are small', async () => {
    const { sizes, data } = await encode('small.npy', 100);
    expect(sizes).toEqual([1, 8, 8, 8, 5]);
    expect(Array.from(data).filter((_, i) => i % 2 === 0)).toEqual(FILES.map(Number));
  });

  it('takes large images one by one, and decodes no more than one ahead', async () => {
    let open = 0;
    let most = 0;
    const large = { byteLength: 100e6 } as Uint8Array;
    const read = async (file: string) => {
      most = Math.max(most, ++open);
      return { ...picture(file, 1), data: large };
    };
    const rows = await KeptRows.open(at('large.npy'), 'key', FILES.length, 2);
    const encoder = counting([]);
    const release: ImageEncoder = {
      ...encoder,
      encode: async images => {
        const features = await encoder.encode(images);
        open -= images.length;
        return features;
      },
    };
    await encodeImageFiles(FILES, release, rows, {
      read,
      onProgress: () => {},
      signal: new AbortController().signal,
    });
    await rows.leave();
    expect(most).toBeLessThanOrEqual(2);
  });

  it('goes on after a failure, from the last row that was kept', async () => {
    const broken = async (file: string) => {
      if (file === '20') throw new Error('The share is gone.');
      return picture(file, 100);
    };
    await expect(encode('broken.npy', 100, broken)).rejects.toThrow('The share is gone.');
    expect(existsSync(at('broken.npy'))).toBe(false);
    const { from, data } = await encode('broken.npy', 100);
    expect(from).toBe(17);
    expect(Array.from(data).filter((_, i) => i % 2 === 0)).toEqual(FILES.map(Number));
    expect(readdirSync(directory).filter(name => name.startsWith('broken.npy.'))).toEqual([]);
  });
});
