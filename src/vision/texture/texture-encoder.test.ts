import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { goldenStrip, goldenTextures } from '../testing/goldens.js';
import { greyPicture, noisePicture } from '../testing/pictures.js';
import { TextureEncoder } from './texture-encoder.js';
import { textureFeatures } from './texture-features.js';

const encoder = new TextureEncoder();
const surfaces = goldenTextures().map(({ image }) => image);

function distance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, i) => value - b[i]!));
}

function largestDifference(a: Float32Array, b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...b.map((value, i) => Math.abs(value - a[i]!)));
}

describe('TextureEncoder', () => {
  it('gives a row a picture, the same bits whatever pictures are beside it', async () => {
    const all = await encoder.encode(surfaces);
    expect(all).toHaveLength(surfaces.length * encoder.dimensions);
    for (const [i, surface] of surfaces.entries())
      expect(await encoder.encode([surface])).toEqual(
        all.slice(i * encoder.dimensions, (i + 1) * encoder.dimensions),
      );
    expect(await encoder.encode([])).toHaveLength(0);
  });

  it('says what scikit-image and Pillow together say, part by part and in this order', () => {
    for (const { image, features } of goldenTextures())
      expect(largestDifference(textureFeatures(image), features)).toBeLessThan(1e-6);
    // Of the strip's even slopes some neighbours are exactly as bright, which scikit-image leaves to rounding.
    const { image, features } = goldenStrip();
    expect(largestDifference(textureFeatures(image), features)).toBeLessThan(1e-3);
  });

  it('keeps its parts at scale: none is more than ten times as long as another', () => {
    for (const surface of surfaces) {
      const features = textureFeatures(surface);
      const parts = [
        features.subarray(0, 54),
        features.subarray(54, 72),
        features.subarray(72, encoder.dimensions),
      ];
      const lengths = parts.map(part => Math.hypot(...part));
      expect(lengths[0]).toBeCloseTo(Math.sqrt(3), 5);
      expect(Math.max(...lengths) / Math.min(...lengths)).toBeLessThan(10);
    }
  });

  it('finds a surface nearer to another part of it than to another surface', () => {
    const halves = surfaces.map(({ data, width, height }) => [
      textureFeatures(greyPicture(32, height, (x, y) => data[y * width + x]!)),
      textureFeatures(greyPicture(32, height, (x, y) => data[y * width + x + 32]!)),
    ]);
    for (const [i, [left]] of halves.entries()) {
      const distances = halves.map(([, right]) => distance(left!, right!));
      expect(distances.indexOf(Math.min(...distances))).toBe(i);
    }
  });

  it('does not tell grey from the same grey stored as RGB, or in 16 bits', () => {
    const [{ width, height, data } = surfaces[0]!] = surfaces;
    const rgb = Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)]!);
    const wide = Uint16Array.from(data, level => level * 257);
    const features = textureFeatures(surfaces[0]!);
    expect(textureFeatures({ width, height, channels: 3, data: rgb })).toEqual(features);
    expect(textureFeatures({ width, height, channels: 1, data: wide })).toEqual(features);
  });

  it.each([
    [0, 'black'],
    [255, 'white'],
  ])('has finite numbers for a picture that is all %d (%s)', level => {
    for (const value of textureFeatures(greyPicture(16, 16, () => level)))
      expect(Number.isFinite(value)).toBe(true);
  });

  it('measures a large strip in proportion, not squeezed', () => {
    const noise = noisePicture(new Random(3), { width: 1600, height: 256 });
    const square = noisePicture(new Random(4), { width: 640, height: 640 });
    // Both are noise, shrunk by the same factor: only chance tells them apart.
    expect(distance(textureFeatures(noise), textureFeatures(square))).toBeLessThan(0.05);
  });

  it.each([
    [1, 1, /1 × 1 pixels has no texture: it takes 16 × 16/],
    [200, 15, /no texture/],
    [15, 200, /no texture/],
    [16_000, 17, /too narrow .* cut it into tiles/],
  ])('refuses %d × %d pixels', async (width, height, message) => {
    await expect(encoder.encode([greyPicture(width, height, () => 0)])).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: expect.stringMatching(message),
    });
  });
});
