import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import { MemoryCheckpoint } from '../testing/memory-checkpoint.js';
import { groupedRows } from '../testing/rows.js';
import * as tf from '../tf.js';
import { memorySource } from '../training/row-source.js';
import { ConvSdae } from './conv-sdae.js';
import { type ConvSdaeOptions, trainConvSdae } from './train-conv-sdae.js';

beforeAll(() => openBackend(), 180_000);

const { source, data } = groupedRows(24, 3);
const SMALL: ConvSdaeOptions = { filters: [4, 8], latentDim: 3, epochs: 3, batchSize: 8, seed: 1 };

async function filesOf(options: ConvSdaeOptions): Promise<Map<string, Uint8Array>> {
  const { model } = await trainConvSdae(source, options);
  const files = await model.toFiles();
  model.dispose();
  return files;
}

describe('trainConvSdae', () => {
  it('learns to draw rows again', async () => {
    const losses: number[] = [];
    const { model, training } = await trainConvSdae(source, {
      ...SMALL,
      epochs: 60,
      learningRate: 0.01,
      onProgress: ({ loss }) => void losses.push(loss),
    });
    expect(losses[0]).toBeGreaterThan(0.8);
    expect(training.loss).toBeLessThan(0.25);
    const drawn = await model.reconstruct(source);
    const error = drawn.reduce((sum, value, i) => sum + (value - data[i]!) ** 2, 0) / data.length;
    // Noise of 3 dB is all that is not to be learnt.
    expect(Math.sqrt(error)).toBeLessThan(4.5);
    model.dispose();
  });

  it('gives the same files for the same seed, byte for byte', async () => {
    const files = await filesOf(SMALL);
    expect(await filesOf(SMALL)).toEqual(files);
    expect(await filesOf({ ...SMALL, seed: 2 })).not.toEqual(files);
  });

  it('gives the same files when it is killed and goes on', async () => {
    const checkpoint = new MemoryCheckpoint();
    const stop = new AbortController();
    const killed = trainConvSdae(source, {
      ...SMALL,
      checkpoint,
      signal: stop.signal,
      onProgress: ({ step }) => {
        if (step === 4) stop.abort(new Error('killed'));
      },
    });
    await expect(killed).rejects.toThrow('killed');
    expect(await filesOf({ ...SMALL, checkpoint })).toEqual(await filesOf(SMALL));
  });

  it('reads its files back and gives the same bits', async () => {
    const { model } = await trainConvSdae(source, SMALL);
    const read = await ConvSdae.fromFiles(await model.toFiles());
    expect(await read.encode(source)).toEqual(await model.encode(source));
    expect(await read.reconstruct(source)).toEqual(await model.reconstruct(source));
    expect(await read.toFiles()).toEqual(await model.toFiles());
    model.dispose();
    read.dispose();
  });

  it('refuses files that are missing or damaged', async () => {
    const files = await filesOf(SMALL);
    const without = (name: string) => new Map([...files].filter(([other]) => other !== name));
    for (const name of files.keys())
      await expect(ConvSdae.fromFiles(without(name))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    const cut = new Map(files).set('encoder.weights.bin', new Uint8Array(8));
    await expect(ConvSdae.fromFiles(cut)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    const empty = new Map(files).set('encoder.json', Buffer.from('{}'));
    await expect(ConvSdae.fromFiles(empty)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it.each([[[16, 20]], [[13, 7]], [[5, 41]], [[9, 11, 3]]])(
    'takes rows of shape %j, whose sides no power of two divides',
    async shape => {
      const size = shape.reduce((a, b) => a * b);
      const rows = memorySource(
        Float32Array.from({ length: 3 * size }, (_, i) => Math.sin(i)),
        shape,
      );
      const { model } = await trainConvSdae(rows, { filters: [2, 2, 2], latentDim: 2, epochs: 1 });
      expect((await model.reconstruct(rows)).length).toBe(3 * size);
      expect((await model.encode(rows)).data.length).toBe(6);
      model.dispose();
    },
  );

  it('has the sides 323, 162, 81, 41 and crops 328 to 323', async () => {
    const rows = memorySource(new Float32Array(128 * 323), [128, 323]);
    const { model } = await trainConvSdae(rows, { epochs: 1, filters: [1, 1, 1] });
    const sides = (network: tf.LayersModel) => network.layers.map(layer => layer.outputShape);
    expect(sides(model.encoder.network).slice(1, 4)).toEqual([
      [null, 64, 162, 1],
      [null, 32, 81, 1],
      [null, 16, 41, 1],
    ]);
    expect(sides(model.decoder).slice(-2)).toEqual([
      [null, 128, 328, 1],
      [null, 128, 323, 1],
    ]);
    model.dispose();
  });

  it.each([{ type: 'masking', share: 0.3 } as const, { type: 'none' } as const])(
    'takes noise of the type $type',
    async noise => {
      const files = await filesOf({ ...SMALL, noise });
      expect(files).not.toEqual(await filesOf(SMALL));
    },
  );

  it('refuses rows and options that make no sense', async () => {
    const refused = (options: ConvSdaeOptions, code = 'PARAMETER_INVALID') =>
      expect(trainConvSdae(source, { ...SMALL, ...options })).rejects.toMatchObject({ code });
    await refused({ latentDim: 0 });
    await refused({ filters: [] });
    await refused({ filters: [2.5] });
    await refused({ noise: { type: 'gaussian', std: -1 } });
    await refused({ noise: { type: 'masking', share: 1 } });
    await refused({ earlyStopping: { patience: 2 } });
    await refused({ heldOutShare: 1 });
    await refused({ heldOutShare: 0.99 }, 'TRAINING_DATA_INSUFFICIENT');
    await refused({ learningRate: 0 });
    const bad = memorySource(new Float32Array(320).fill(Number.NaN), [16, 20]);
    await expect(trainConvSdae(bad, SMALL)).rejects.toMatchObject({ code: 'MATRIX_INVALID' });
    const none = memorySource(new Float32Array(0), [16, 20]);
    await expect(trainConvSdae(none, SMALL)).rejects.toMatchObject({ code: 'TRAINING_DATA_INSUFFICIENT' });
    const flat = memorySource(new Float32Array(8), [8]);
    await expect(trainConvSdae(flat, SMALL)).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it('gives back all tensors', async () => {
    const before = tf.memory().numTensors;
    const { model } = await trainConvSdae(source, SMALL);
    const trained = tf.memory().numTensors;
    await model.encode(source);
    await model.reconstruct(source);
    await model.toFiles();
    expect(tf.memory().numTensors).toBe(trained);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const stopped = trainConvSdae(source, { ...SMALL, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });
});
