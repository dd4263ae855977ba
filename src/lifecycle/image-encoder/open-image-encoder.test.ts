import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openImageEncoder } from './open-image-encoder.js';
import { picture } from './testing/counted.js';

const PICTURES = [picture(64, 300, 1, 1), picture(90, 90, 3, 2)];
const QUIET = { report: () => {} };

it('opens an encoder that needs no weights, of whole pictures and of tiles', async () => {
  const whole = await openImageEncoder({ type: 'texture' }, QUIET);
  const tiles = { rows: 1, columns: 2, pool: 'mean' } as const;
  const tiled = await openImageEncoder({ type: 'texture', tiles }, QUIET);
  expect([whole.id, tiled.id]).toEqual(['texture-1', 'texture-1-tiles1x2-mean']);
  const features = await tiled.encode(PICTURES);
  expect(features).toHaveLength(2 * whole.dimensions);
  expect(features).not.toEqual(await whole.encode(PICTURES));
});

it('leaves a picture whole in one tile', async () => {
  const tiles = { rows: 1, columns: 1, pool: 'max' } as const;
  expect((await openImageEncoder({ type: 'texture', tiles }, QUIET)).id).toBe('texture-1');
});

it('says what is missing where there is no encoder of the plant', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'plantsense-encoder-'));
  await expect(openImageEncoder({ type: 'conv-sdae', path: scratch }, QUIET)).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
  });
  await rm(scratch, { recursive: true });
});
