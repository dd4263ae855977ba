import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { Random } from '../../random.js';
import { originId } from '../../records/ids.js';
import type { ImageFrame } from '../../records/types.js';

export const START_US = 1_767_225_600_000_000;
export const SIZE = 48;

/** Rows of grey pixels: stripes of a width, or noise. */
export function pixels(pattern: number | 'noise', seed = 1): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length: SIZE * SIZE }, (_, i) => {
    if (pattern === 'noise') return Math.floor(256 * random.next());
    return (Math.floor((i % SIZE) / pattern) % 2 === 0 ? 60 : 180) + Math.floor(20 * random.next());
  });
}

/** The pixels as a file. */
export async function file(
  format: 'jpeg' | 'png' | 'tiff',
  grey: Uint8Array = pixels(4),
  width = SIZE,
): Promise<Uint8Array> {
  const raw = { width, height: grey.length / width, channels: 1 } as const;
  return new Uint8Array(await sharp(grey, { raw }).toColourspace('b-w').toFormat(format).toBuffer());
}

/** A JPEG of four colours, as for print. */
export async function cmyk(): Promise<Uint8Array> {
  const rgb = { create: { width: SIZE, height: SIZE, channels: 3 as const, background: '#468' } };
  return new Uint8Array(await sharp(rgb).toColourspace('cmyk').jpeg().toBuffer());
}

/** A file of a few kilobytes that announces 400 million pixels. */
export async function bomb(): Promise<Uint8Array> {
  const png = await file('png');
  const header = new DataView(png.buffer, png.byteOffset);
  header.setUint32(16, 20_000);
  header.setUint32(20, 20_000);
  header.setUint32(29, crc32(png.subarray(12, 29)));
  return png;
}

export function frame(frameIndex: number, changes: Partial<ImageFrame> = {}): ImageFrame {
  const { sensor = 'cam-1', streamId = 's1' } = changes;
  return {
    ...{ sensor, streamId, frameIndex, frameId: originId('frame', sensor, streamId, frameIndex) },
    ...{ timeUs: START_US + frameIndex * 1_000_000, width: SIZE, height: SIZE, encoding: 'JPEG' },
    ...{ nearLabel: null, endOfStream: false, picture: new Uint8Array() },
    ...changes,
  };
}
