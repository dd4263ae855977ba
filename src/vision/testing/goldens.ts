import { readFileSync } from 'node:fs';
import type { GreyImage } from '../grey.js';
import type { Image } from '../image.js';

/** For tests: the files that `test/goldens/vision/make_goldens.py` made with Pillow and scikit-image. */
const FOLDER = new URL('../../../test/goldens/vision/', import.meta.url);

function golden(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
}

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function pixels(base64: string, bits: number): Uint8Array | Uint16Array {
  const data = bytes(base64);
  return bits === 16 ? new Uint16Array(data.buffer) : data;
}

interface FormatsFile {
  readonly files: Record<
    string,
    {
      readonly file: string;
      readonly width: number;
      readonly height: number;
      readonly channels: 1 | 3;
      readonly bits: number;
      readonly pixels: string;
    }
  >;
  readonly refused: Record<string, string>;
}

/** Files that are read, each with what Pillow reads. */
export function goldenFormats(): { name: string; file: Uint8Array; image: Image }[] {
  const { files } = golden('formats.json') as FormatsFile;
  return Object.entries(files).map(([name, { file, width, height, channels, ...rest }]) => ({
    name,
    file: bytes(file),
    image: { width, height, channels, data: pixels(rest.pixels, rest.bits) },
  }));
}

/** One of the files that are read. */
export function goldenFile(name: string): Uint8Array {
  return goldenFormats().find(format => format.name === name)!.file;
}

/** Files that are not read. */
export function goldenRefused(): { name: string; file: Uint8Array }[] {
  const { refused } = golden('formats.json') as FormatsFile;
  return Object.entries(refused).map(([name, file]) => ({ name, file: bytes(file) }));
}

/** Pictures before and after Pillow's resize. */
export function goldenResizes(): { image: Image; resized: Image }[] {
  const cases = golden('resize.json') as {
    readonly mode: string;
    readonly from: [number, number];
    readonly to: [number, number];
    readonly pixels: string;
    readonly resized: string;
  }[];
  return cases.map(({ mode, from, to, ...texts }) => {
    const channels = mode === 'RGB' ? 3 : 1;
    const bits = mode === 'I;16' ? 16 : 8;
    return {
      image: { width: from[0], height: from[1], channels, data: pixels(texts.pixels, bits) },
      resized: { width: to[0], height: to[1], channels, data: pixels(texts.resized, bits) },
    };
  });
}

/** A surface and what scikit-image says of its texture. */
export interface GoldenTexture {
  readonly name: string;
  readonly image: GreyImage;
  /** Counts of uniform patterns by "points,radius". */
  readonly patterns: Record<string, number[]>;
  readonly gradients: Float64Array;
  /** By property: `[distances 1, 2, 4, 8][angles]`. */
  readonly coOccurrence: Record<string, number[][]>;
  /** All that the texture encoder says of it. */
  readonly features: number[];
}

export function goldenTextures(): GoldenTexture[] {
  const textures = golden('texture.json') as Record<
    string,
    Pick<GoldenTexture, 'patterns' | 'coOccurrence' | 'features'> & {
      readonly width: number;
      readonly height: number;
      readonly pixels: string;
      readonly gradients: string;
    }
  >;
  return Object.entries(textures).map(
    ([name, { width, height, patterns, coOccurrence, features, ...texts }]) => ({
      name,
      image: { width, height, channels: 1, data: bytes(texts.pixels) },
      patterns,
      gradients: new Float64Array(bytes(texts.gradients).buffer),
      coOccurrence,
      features,
    }),
  );
}

/** A colour strip that the texture encoder shrinks, and the features that it should have. */
export function goldenStrip(): { image: Image; features: number[] } {
  const width = 800;
  const height = 160;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data.set([(x * x * 3 + y * y * 7 + x * y) >> 4, x * 5 + y * 3, (x + 2 * y) >> 2], 3 * (y * width + x));
  return { image: { width, height, channels: 3, data }, features: golden('texture-strip.json') as number[] };
}
