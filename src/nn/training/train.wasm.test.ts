import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import { buildDecoder } from '../conv-sdae/build-decoder.js';
import { buildEncoder, LATENT_HEAD } from '../conv-sdae/build-encoder.js';
import { ConvSdae } from '../conv-sdae/conv-sdae.js';
import { Encoder } from '../conv-sdae/encoder.js';
import { trainConvSdae } from '../conv-sdae/train-conv-sdae.js';
import { groupedRows } from '../testing/rows.js';
import * as tf from '../tf.js';

beforeAll(() => openBackend({ kind: 'wasm' }));

const { source } = groupedRows(5, 2);
const architecture = { shape: source.shape, filters: [2, 3], latentDim: 2 };

describe('the WebAssembly backend', () => {
  it('refuses to train, and leaves no tensors', async () => {
    const before = tf.memory().numTensors;
    await expect(trainConvSdae(source, architecture)).rejects.toMatchObject({
      code: 'TRAINING_UNSUPPORTED',
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('answers with a network, which it also saves and reads', async () => {
    const network = buildEncoder(architecture, [LATENT_HEAD], 1);
    const encoder = new Encoder(network, architecture, { mean: -40, std: 8 });
    const model = new ConvSdae(encoder, buildDecoder(architecture, 1));
    const read = await ConvSdae.fromFiles(await model.toFiles());
    const latents = await read.encode(source);
    expect(latents.data.every(Number.isFinite)).toBe(true);
    expect(new Set(latents.data).size).toBe(10);
    expect(latents).toEqual(await model.encode(source));
    expect(await read.reconstruct(source)).toEqual(await model.reconstruct(source));
    model.dispose();
    read.dispose();
  });
});
