import { createHash } from 'node:crypto';
import { PlantsenseError, toPlantsenseError } from '../../errors.js';
import { openBackend } from '../../nn/backend/open-backend.js';
import type { Report } from '../../nn/backend/set-up/progress.js';
import * as tf from '../../nn/tf.js';
import { NetworkEncoder } from '../../vision/encoders/network-encoder.js';
import type { ImageEncoder } from '../../vision/image-encoder.js';
import type { TfjsEncoderOptions } from './encoder-options.js';
import { readTfjsModel, type Topology, truncated } from './tfjs-model.js';
import { readTfjsWeights } from './tfjs-weights.js';

const BATCH_SIZE = 4;
/** First digits of a checksum in an encoder's id. */
const ID_DIGITS = 8;

/**
 * An encoder out of any layers model of TensorFlow.js, up to one of its layers: files that only later layers need may be
 * missing.
 * @throws PlantsenseError WEIGHTS_INVALID, FILE_NOT_FOUND, PARAMETER_INVALID
 */
export async function openTfjsEncoder(
  { path, layer: name, preprocess, sizePx }: TfjsEncoderOptions,
  { report }: { readonly report: Report },
): Promise<ImageEncoder> {
  const model = await readTfjsModel(path);
  const { topology, layer } = truncated(model, name);
  const size = withInputSize(topology, sizePx, model.path);
  await openBackend({ report });
  const network = await built(topology, model.path);
  try {
    const checksum = createHash('md5').update(JSON.stringify([topology, preprocess, size]));
    const names = network.weights.map(weight => weight.originalName);
    const weights = await readTfjsWeights(model, names, bytes => void checksum.update(bytes));
    await loaded(network, weights, model.path);
    const outputShape = network.outputs[0]!.shape.slice(1).map(Number);
    if (network.outputs.length !== 1 || (outputShape.length !== 3 && outputShape.length !== 1))
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `The layer ${layer} of ${model.path} gives ${outputShape.join('×')}: neither maps of a picture nor one list of numbers.`,
      );
    return new NetworkEncoder(
      { apply: x => network.predict(x) as tf.Tensor, dispose: () => void network.dispose() },
      {
        id: `tfjs-${checksum.digest('hex').slice(0, ID_DIGITS)}${name === null ? '' : `-${name}`}`,
        input: { sizePx: size, preprocess },
        outputShape,
        batchSize: BATCH_SIZE,
      },
    );
  } catch (error) {
    network.dispose();
    throw error;
  }
}

async function built(topology: Topology, path: string): Promise<tf.LayersModel> {
  try {
    return await tf.models.modelFromJSON({ modelTopology: topology } as never);
  } catch (error) {
    throw new PlantsenseError(
      'WEIGHTS_INVALID',
      `TensorFlow.js can't build the model of ${path}: ${toPlantsenseError(error).message}`,
      { cause: error },
    );
  }
}

async function loaded(network: tf.LayersModel, weights: tf.NamedTensorMap, path: string): Promise<void> {
  try {
    network.loadWeights(weights);
  } catch (error) {
    throw new PlantsenseError(
      'WEIGHTS_INVALID',
      `The weights of ${path} don't fit its layers: ${toPlantsenseError(error).message}`,
      { cause: error },
    );
  } finally {
    tf.dispose(weights);
  }
}

/**
 * Height and width that the model takes. Where another one is asked for, the model is made to take it.
 * @throws PlantsenseError PARAMETER_INVALID
 */
function withInputSize(topology: Topology, asked: number | null, path: string): number {
  const input = topology.config.layers.find(layer => layer.config.batch_input_shape);
  const [, height, width, channels] = input?.config.batch_input_shape ?? [];
  if (channels !== 3)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The model of ${path} doesn't take pictures of three channels.`,
    );
  const size = asked ?? (height === width ? height : null);
  if (!size)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The model of ${path} takes any size: give one, in pixels.`,
    );
  if (asked !== null) input!.config.batch_input_shape = [null, asked, asked, 3];
  return size;
}
