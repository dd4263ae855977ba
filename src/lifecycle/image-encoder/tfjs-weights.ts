import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlantsenseError } from '../../errors.js';
import * as tf from '../../nn/tf.js';
import type { TfjsModel } from './tfjs-model.js';

type Spec = TfjsModel['manifest'][number]['weights'][number];

const BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  float16: 2,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

/**
 * Weights by name, out of the files that hold them and no others.
 * @param onBytes is given what is read, for a checksum
 * @throws PlantsenseError WEIGHTS_INVALID for a weight that no file has, a file that is missing or cut short
 */
export async function readTfjsWeights(
  { path, manifest }: TfjsModel,
  names: readonly string[],
  onBytes: (bytes: Uint8Array) => void,
): Promise<tf.NamedTensorMap> {
  const wanted = new Set(names);
  const found: tf.NamedTensorMap = {};
  for (const { paths, weights } of manifest) {
    const last = weights.findLastIndex(weight => wanted.has(weight.name));
    if (last < 0) continue;
    const specs = weights.slice(0, last + 1);
    const bytes = await readShards(path, paths, specs);
    onBytes(bytes);
    for (const [name, tensor] of Object.entries(decoded(bytes, specs))) {
      if (wanted.has(name)) found[name] = tensor;
      else tensor.dispose();
    }
  }
  const missing = names.find(name => !(name in found));
  if (missing === undefined) return found;
  tf.dispose(found);
  throw new PlantsenseError('WEIGHTS_INVALID', `${path} names no file that has the weight ${missing}.`);
}

/** The beginning of a group's files, as much as the weights need. */
async function readShards(
  model: string,
  paths: readonly string[],
  specs: readonly Spec[],
): Promise<Uint8Array> {
  const needed = specs.reduce((sum, spec) => sum + bytesOf(spec), 0);
  const shards: Buffer[] = [];
  let length = 0;
  for (const shard of paths) {
    if (length >= needed) break;
    const path = join(dirname(model), shard);
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw new PlantsenseError(
        'WEIGHTS_INVALID',
        `${path} can't be read, and has the weight ${specs.at(-1)!.name}. An earlier layer may do without it.`,
        { cause },
      );
    });
    shards.push(bytes);
    length += bytes.length;
  }
  if (length < needed)
    throw new PlantsenseError(
      'WEIGHTS_INVALID',
      `${join(dirname(model), paths.join(', '))} has ${length} bytes, cut short: its weights need ${needed}.`,
    );
  return Uint8Array.from(Buffer.concat(shards).subarray(0, needed));
}

function bytesOf({ shape, dtype, quantization }: Spec): number {
  const size = BYTES[quantization?.dtype ?? dtype];
  if (size === undefined)
    throw new PlantsenseError('WEIGHTS_INVALID', `Weights of the type ${dtype} are unknown.`);
  return shape.reduce((product, each) => product * each, size);
}

function decoded(bytes: Uint8Array, specs: readonly Spec[]): tf.NamedTensorMap {
  return tf.io.decodeWeights(bytes.buffer as ArrayBuffer, specs as unknown as tf.io.WeightsManifestEntry[]);
}
