import { answerRows } from '../../nn/conv-sdae/padded-batches.js';
import * as tf from '../../nn/tf.js';
import type { Image } from '../image.js';
import type { ImageEncoder } from '../image-encoder.js';
import { fillInput, type InputForm } from './network-input.js';

/** A network up to one of its layers. */
export interface FeatureNetwork {
  /** Outputs for a batch, `[batch, ...shape]`. */
  apply(x: tf.Tensor4D): tf.Tensor;
  dispose(): void;
}

/** What a network takes and gives. */
export interface NetworkEncoderOptions {
  readonly id: string;
  readonly input: InputForm;
  /** Without the batch: `[height, width, channels]` or `[units]`. */
  readonly outputShape: readonly number[];
  /** Pictures that go through the network at once, 2 at least. */
  readonly batchSize: number;
}

/**
 * Features of pictures: outputs of a network's layer, those of a convolution averaged over the picture. Batches always
 * have the same size, so a picture's features are the same bits whatever pictures are beside it.
 */
export class NetworkEncoder implements ImageEncoder {
  readonly id: string;
  readonly dimensions: number;
  readonly #network: FeatureNetwork;
  readonly #options: NetworkEncoderOptions;

  constructor(network: FeatureNetwork, options: NetworkEncoderOptions) {
    this.#network = network;
    this.#options = options;
    this.id = options.id;
    this.dimensions = options.outputShape.at(-1)!;
  }

  async encode(images: readonly Image[]): Promise<Float32Array> {
    const { input, batchSize } = this.#options;
    const size = input.sizePx * input.sizePx * 3;
    const source = {
      rows: images.length,
      shape: [input.sizePx, input.sizePx, 3],
      async read(indices: Int32Array, batch: Float32Array) {
        indices.forEach((image, i) => {
          fillInput(images[image]!, input, batch.subarray(i * size, (i + 1) * size));
        });
      },
    };
    const [features] = await answerRows(source, x => [this.#features(x as tf.Tensor4D)], batchSize);
    return features ?? new Float32Array(0);
  }

  dispose(): void {
    this.#network.dispose();
  }

  #features(x: tf.Tensor4D): tf.Tensor {
    const output = this.#network.apply(x);
    return output.rank === 4 ? tf.mean(output, [1, 2]) : output;
  }
}
