import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBackend } from '../../nn/backend/open-backend.js';
import * as tf from '../../nn/tf.js';
import { fillInput } from '../../vision/encoders/network-input.js';
import type { TfjsEncoderOptions } from './encoder-options.js';
import { openImageEncoder } from './open-image-encoder.js';
import { picture } from './testing/counted.js';

const PICTURES = [picture(20, 30, 3, 1), picture(16, 16, 1, 2)];

/** A branch that is not needed for `early`, in a functional model. */
function smallModel(): tf.LayersModel {
  const input = tf.input({ shape: [16, 16, 3], name: 'pixels' });
  const convolve = (name: string, filters: number) =>
    tf.layers.conv2d({
      name,
      filters,
      kernelSize: 3,
      activation: 'relu',
      kernelInitializer: tf.initializers.heNormal({ seed: filters }),
    });
  const early = convolve('early', 4).apply(input) as tf.SymbolicTensor;
  const late = convolve('late', 5).apply(early) as tf.SymbolicTensor;
  const pooled = tf.layers.globalAveragePooling2d({ name: 'pooled' }).apply(late) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: pooled });
}

describe('a layers model of TensorFlow.js', () => {
  let model: tf.LayersModel;
  let folder: string;

  beforeAll(async () => {
    await openBackend();
    model = smallModel();
  }, 180_000);
  afterAll(() => model.dispose());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plantsense-tfjs-'));
    await save(model, folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (options: Partial<TfjsEncoderOptions> = {}) =>
    openImageEncoder(
      { type: 'tfjs', path: folder, layer: null, preprocess: 'unit', sizePx: null, ...options },
      { report: () => {} },
    );

  it("gives the model's own outputs", async () => {
    const encoder = await open();
    const features = await encoder.encode(PICTURES);
    const input = new Float32Array(2 * 16 * 16 * 3);
    PICTURES.forEach((image, i) => {
      fillInput(image, { sizePx: 16, preprocess: 'unit' }, input.subarray(i * 768, (i + 1) * 768));
    });
    const expected = tf.tidy(
      () => (model.predict(tf.tensor4d(input, [2, 16, 16, 3])) as tf.Tensor).dataSync() as Float32Array,
    );
    expect(encoder.dimensions).toBe(5);
    expect([...features]).toEqual([...expected].map(value => expect.closeTo(value, 5)));
    encoder.dispose();
  });

  it('needs only the files of the layer that is asked for', async () => {
    await rm(join(folder, 'late.bin'));
    const early = await open({ layer: 'early' });
    expect(early.id).toMatch(/^tfjs-[0-9a-f]{8}-early$/);
    expect(await early.encode(PICTURES)).toHaveLength(2 * 4);
    early.dispose();
    await expect(open()).rejects.toMatchObject({
      code: 'WEIGHTS_INVALID',
      message: expect.stringMatching(/late\.bin can't be read, and has the weight late\/bias/),
    });
  });

  it('has another id with other preprocessing, another size or other weights', async () => {
    const ids = new Set<string>();
    const take = async (options: Partial<TfjsEncoderOptions> = {}) => {
      const encoder = await open({ layer: 'early', ...options });
      ids.add(encoder.id);
      encoder.dispose();
    };
    await take();
    await take({ preprocess: 'tf' });
    await take({ sizePx: 32 });
    const early = join(folder, 'early.bin');
    const bytes = await readFile(early);
    bytes[0] = bytes[0]! ^ 1;
    await writeFile(early, bytes);
    await take();
    await take();
    expect(ids.size).toBe(4);
  });

  it('is refused in words that help', async () => {
    const refused = async (options: Partial<TfjsEncoderOptions>, code: string, message: RegExp) =>
      await expect(open(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await refused({ layer: 'ealry' }, 'PARAMETER_INVALID', /Near are early/);
    await refused({ path: join(folder, 'none') }, 'FILE_NOT_FOUND', /There is no TensorFlow\.js model/);
    await truncate(join(folder, 'early.bin'), 100);
    await refused({}, 'WEIGHTS_INVALID', /early\.bin has 100 bytes, cut short/);
    await writeFile(join(folder, 'model.json'), '{"format":"graph-model"}');
    await refused({}, 'WEIGHTS_INVALID', /graph model/);
    await writeFile(join(folder, 'model.json'), '{"modelTopology":{}}');
    await refused({}, 'WEIGHTS_INVALID', /no layers model/);
    await writeFile(join(folder, 'model.json'), '{"modelTopo');
    await refused({}, 'WEIGHTS_INVALID', /no JSON/);
  });
});

/** As the converter does, a file for each layer. */
async function save(model: tf.LayersModel, folder: string): Promise<void> {
  const layers = model.layers.filter(layer => layer.weights.length > 0);
  const weightsManifest = [];
  for (const layer of layers) {
    const path = `${layer.name}.bin`;
    const values = layer.getWeights().map(weight => weight.dataSync() as Float32Array);
    await writeFile(join(folder, path), Buffer.concat(values.map(value => new Uint8Array(value.buffer))));
    weightsManifest.push({
      paths: [path],
      weights: layer.weights.map(weight => ({
        name: weight.originalName,
        shape: weight.shape,
        dtype: 'float32',
      })),
    });
  }
  const modelTopology = JSON.parse(model.toJSON() as unknown as string);
  await writeFile(join(folder, 'model.json'), JSON.stringify({ modelTopology, weightsManifest }));
}
