import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../nn/backend/open-backend.js';
import { decodeNpy } from '../../npy.js';
import { resnet50 } from '../../vision/encoders/resnet50.js';
import type { ImageEncoder } from '../../vision/image-encoder.js';
import { openImageEncoder } from './open-image-encoder.js';
import { picture } from './testing/counted.js';
import { writeCountedWeights } from './testing/write-keras-file.js';

const GOLDEN = new URL('../../../test/goldens/vision/counted-resnet50.npy', import.meta.url);
const PICTURES = [picture(96, 400, 1, 1), picture(200, 300, 3, 2)];

describe('ResNet50 with weights of a file', () => {
  let scratch: string;
  let weights: string;

  beforeAll(async () => {
    await openBackend();
    scratch = await mkdtemp(join(tmpdir(), 'plantsense-encoder-'));
    weights = join(scratch, 'resnet50.h5');
    await writeCountedWeights(weights, resnet50(224));
  }, 180_000);
  afterAll(() => rm(scratch, { recursive: true }));

  const open = (layer: string | null = null) =>
    openImageEncoder({ type: 'resnet50', weights, layer }, { report: () => {} });

  it("gives Keras's features: resized, preprocessed, averaged", async () => {
    const encoder = await open();
    const { data, shape } = decodeNpy(await readFile(GOLDEN));
    const features = await encoder.encode(PICTURES);
    expect([PICTURES.length, encoder.dimensions]).toEqual(shape);
    expect(relativeError(features, data)).toBeLessThan(1e-5);

    // Alone, last of five and last but one of two batches: always the same bits.
    const [colour] = await Promise.all([encoder.encode([PICTURES[1]!])]);
    expect(colour).toEqual(features.slice(encoder.dimensions));
    const [a, b] = PICTURES as [(typeof PICTURES)[0], (typeof PICTURES)[0]];
    const many = await encoder.encode([a, a, a, a, b]);
    expect(many.slice(-encoder.dimensions)).toEqual(colour);
    encoder.dispose();
  });

  it('names the weights and the layer in its id, and averages maps of any layer', async () => {
    const byDefault = await open();
    const early = await open('conv2_block1_out');
    expect(byDefault.id).toMatch(/^resnet50-[0-9a-f]{8}$/);
    expect(early.id).toBe(`${byDefault.id}-conv2_block1_out`);
    expect(early.dimensions).toBe(256);
    expect(await early.encode([PICTURES[0]!])).toHaveLength(256);
    byDefault.dispose();
    early.dispose();
  });

  it('refuses weights of another network, and says which layer has which shape', async () => {
    const other = openImageEncoder({ type: 'vgg16', weights, layer: null }, { report: () => {} });
    await expect(other).rejects.toMatchObject({
      code: 'WEIGHTS_INVALID',
      message: expect.stringContaining(
        'its layer 1, conv1_conv, has the shapes 7×7×3×64, 64, where block1_conv1 needs 3×3×3×64, 64',
      ),
    });
  });

  it('refuses a layer that it does not have, and lists those with near names', async () => {
    await expect(open('conv5_block3')).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
      message: expect.stringContaining('conv5_block3_add'),
    });
  });

  it('makes nothing of no pictures', async () => {
    const encoder: ImageEncoder = await open('conv1_relu');
    expect(await encoder.encode([])).toHaveLength(0);
    encoder.dispose();
  });
});

/** Largest difference over the largest value. */
function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    scale = Math.max(scale, Math.abs(b[i]!));
  }
  return difference / scale;
}
