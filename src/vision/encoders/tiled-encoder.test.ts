import { describe, expect, it } from 'vitest';
import type { Image } from '../image.js';
import type { ImageEncoder } from '../image-encoder.js';
import { TiledEncoder } from './tiled-encoder.js';

/** First pixel, and how many there are. */
const FIRST_PIXEL: ImageEncoder = {
  id: 'first-pixel',
  dimensions: 2,
  encode: async images => Float32Array.from(images.flatMap(({ data }) => [data[0]!, data.length])),
  dispose: () => {},
};

const grey = (width: number, height: number, data: number[]): Image => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from(data),
});
const IMAGES = [grey(4, 2, [1, 2, 3, 4, 5, 6, 7, 8]), grey(2, 2, [9, 0, 4, 2])];

describe('features of tiles', () => {
  it('are averaged over a picture, or their largest taken', async () => {
    const mean = new TiledEncoder(FIRST_PIXEL, { rows: 2, columns: 2 }, 'mean');
    expect([...(await mean.encode(IMAGES))]).toEqual([(1 + 3 + 5 + 7) / 4, 2, (9 + 0 + 4 + 2) / 4, 1]);
    const max = new TiledEncoder(FIRST_PIXEL, { rows: 2, columns: 2 }, 'max');
    expect([...(await max.encode(IMAGES))]).toEqual([7, 2, 9, 1]);
  });

  it('are never taken for those of whole pictures, or of another tiling', () => {
    const ids = (['mean', 'max'] as const).map(
      pooling => new TiledEncoder(FIRST_PIXEL, { rows: 1, columns: 6 }, pooling).id,
    );
    expect(ids).toEqual(['first-pixel-tiles1x6-mean', 'first-pixel-tiles1x6-max']);
  });

  it('are refused where a picture has fewer pixels than tiles', async () => {
    const encoder = new TiledEncoder(FIRST_PIXEL, { rows: 1, columns: 3 }, 'mean');
    await expect(encoder.encode(IMAGES)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });
});
