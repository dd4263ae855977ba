import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { File, ready } from 'h5wasm/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KerasWeightFile } from './keras-weight-file.js';
import { uniform } from './testing/counted.js';

const golden = (name: string) =>
  fileURLToPath(new URL(`../../../test/goldens/vision/${name}`, import.meta.url));

describe('a weight file of Keras', () => {
  let scratch: string;
  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'plantsense-weights-'));
  });
  afterEach(() => rm(scratch, { recursive: true }));

  for (const name of ['keras-weights.h5', 'keras2-weights.h5', 'keras-model.h5'])
    it(`is read in the order of its layers and of their weights (${name})`, async () => {
      const file = await KerasWeightFile.open(golden(name));
      expect(file.layers.map(layer => [layer.name, layer.weights.map(weight => weight.shape)])).toEqual([
        ['norm', [[3], [3], []]],
        ['conv', [[3, 3, 3, 2], [2]]],
        ['bn', [[2], [2], [2], [2]]],
        ['depthwise', [[3, 3, 2, 1]]],
        ['dense', [[32, 3], [3]]],
      ]);
      // Mean, variance and count of `norm` have taken the counter's first seven.
      const kernel = file.layers[1]!.weights[0]!.read();
      const limit = Math.sqrt(6 / 27);
      expect(kernel).toEqual(Float32Array.from(kernel, (_, i) => (uniform(7 + i) - 0.5) * 2 * limit));
      expect(file.layers[0]!.weights[1]!.read()).toEqual(
        Float32Array.from([3, 4, 5], counter => 0.5 + uniform(counter)),
      );
      file.close();
    });

  it('is read where a long list of names is cut into parts', async () => {
    const path = join(scratch, 'parts.h5');
    await write(path, file => {
      for (const [i, name] of ['a', 'b', 'c'].entries()) {
        const group = file.create_group(name);
        group.create_attribute('weight_names', [`${name}/kernel`]);
        group.create_group(name).create_dataset({ name: 'kernel', data: Float32Array.of(i), shape: [1] });
      }
      file.create_attribute('layer_names0', ['c', 'a']);
      file.create_attribute('layer_names1', ['b']);
    });
    const file = await KerasWeightFile.open(path);
    expect(file.layers.map(({ name, weights }) => [name, ...weights[0]!.read()])).toEqual([
      ['c', 2],
      ['a', 0],
      ['b', 1],
    ]);
    file.close();
  });

  it('is read in pieces where a weight is large', async () => {
    const path = join(scratch, 'large.h5');
    const data = Float32Array.from({ length: 3 * 3_000_000 }, (_, i) => i);
    await write(path, file => {
      const group = file.create_group('fc');
      group.create_attribute('weight_names', ['kernel']);
      group.create_dataset({ name: 'kernel', data, shape: [3, 3_000_000] });
      file.create_attribute('layer_names', ['fc']);
    });
    const file = await KerasWeightFile.open(path);
    const read = file.layers[0]!.weights[0]!.read();
    expect(Buffer.compare(Buffer.from(read.buffer), Buffer.from(data.buffer))).toBe(0);
    file.close();
  });

  const refused = async (path: string, message: RegExp, code = 'WEIGHTS_INVALID') =>
    await expect(KerasWeightFile.open(path)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });

  it('is refused where it is none, in words that help', async () => {
    await refused(join(scratch, 'none.h5'), /There is no weight file at/, 'FILE_NOT_FOUND');
    await refused(golden('make_encoder_goldens.py'), /it is no HDF5 file/);
    await refused(golden('keras3.weights.h5'), /model\.save\('NAME\.h5'\)/);
    const empty = join(scratch, 'empty.h5');
    await write(empty, () => {});
    await refused(empty, /no attribute `layer_names`/);
    const lacking = join(scratch, 'lacking.h5');
    await write(lacking, file => file.create_attribute('layer_names', ['conv']));
    await refused(lacking, /the layer conv is missing/);
  });

  it('is refused where it is cut short anywhere', async () => {
    const whole = await readFile(golden('keras-weights.h5'));
    const path = join(scratch, 'cut.h5');
    for (const length of [0, 100, 4096, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length));
      await refused(path, /cut short/);
    }
  });
});

async function write(path: string, fill: (file: File) => void): Promise<void> {
  await ready;
  const file = new File(path, 'w');
  fill(file);
  file.close();
}
