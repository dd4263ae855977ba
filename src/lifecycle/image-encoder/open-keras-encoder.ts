import { openBackend } from '../../nn/backend/open-backend.js';
import { digestOf } from '../../nn/backend/set-up/transfer.js';
import { buildNetwork } from '../../vision/encoders/build-network.js';
import { NetworkEncoder } from '../../vision/encoders/network-encoder.js';
import type { ImageEncoder } from '../../vision/image-encoder.js';
import type { KerasEncoderOptions } from './encoder-options.js';
import { type FetchOptions, fetchWeights } from './fetch-weights.js';
import { findLayer } from './find-layer.js';
import { KERAS_MODELS } from './keras-models.js';
import { KerasWeightFile } from './keras-weight-file.js';
import { matchWeights } from './match-weights.js';

/** First digits of an MD5 in an encoder's id. */
const ID_DIGITS = 8;
/** Layers of VGG16 after its convolutions, whose weights only the file with the classifier has. */
const TOP_LAYERS = new Set(['fc1', 'fc2']);

/**
 * An encoder of Keras applications.
 * @throws PlantsenseError WEIGHTS_INVALID, WEIGHTS_UNAVAILABLE, WEIGHTS_CORRUPT, FILE_NOT_FOUND, PARAMETER_INVALID
 */
export async function openKerasEncoder(
  { type, weights, layer }: KerasEncoderOptions,
  fetching: FetchOptions,
): Promise<ImageEncoder> {
  const model = KERAS_MODELS[type];
  const name = layer ?? model.layer;
  findLayer(model.graph(false), name, type);
  const wanted = TOP_LAYERS.has(name) ? model.published.top : model.published.noTop;
  const path = weights ?? (await fetchWeights(wanted, fetching));
  const file = await KerasWeightFile.open(path);
  try {
    const md5 = await digestOf(path, 'md5', fetching.signal);
    const isPublished = Object.values(model.published).some(published => published.md5 === md5);
    const graph = model.graph(isPublished);
    const output = findLayer(graph, name, type);
    await openBackend({ report: fetching.report });
    const network = buildNetwork(graph, output, matchWeights(graph, file.layers, path));
    const suffix = name === model.layer ? '' : `-${name}`;
    return new NetworkEncoder(network, {
      id: `${type}-${md5.slice(0, ID_DIGITS)}${suffix}`,
      input: model,
      outputShape: output.shape,
      batchSize: model.batchSize,
    });
  } finally {
    file.close();
  }
}
