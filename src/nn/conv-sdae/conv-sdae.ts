import type * as tf from '../tf.js';
import type { RowSource } from '../training/row-source.js';
import { checkRows } from './check-rows.js';
import type { Encoder, Latents } from './encoder.js';
import { encoderFiles, loadEncoder } from './encoder-files.js';
import { loadNetwork, type ModelFiles, networkFiles } from './network-files.js';
import { answerRows } from './padded-batches.js';

/**
 * Convolutional stacked denoising auto-encoder: makes few numbers of a spectrogram, from which it can be drawn again.
 * Its tensors live until {@link dispose}.
 */
export class ConvSdae {
  readonly encoder: Encoder;
  readonly decoder: tf.LayersModel;

  constructor(encoder: Encoder, decoder: tf.LayersModel) {
    this.encoder = encoder;
    this.decoder = decoder;
  }

  /** Latents of rows. Throws as {@link Encoder.encode}. */
  encode(source: RowSource): Promise<Latents> {
    return this.encoder.encode(source);
  }

  /**
   * Rows drawn again from their latents, in the units that they came in: `[rows, ...shape]`.
   * @throws PlantsenseError MATRIX_INVALID for rows of another shape
   */
  async reconstruct(source: RowSource): Promise<Float32Array> {
    checkRows(source, this.encoder.architecture.shape);
    const { mean, std } = this.encoder.normalisation;
    const [rows] = await answerRows(source, x => {
      const [latents] = this.encoder.heads(this.encoder.prepare(x));
      return [(this.decoder.apply(latents!) as tf.Tensor).mul(std).add(mean)];
    });
    return rows ?? new Float32Array(0);
  }

  async toFiles(): Promise<Map<string, Uint8Array>> {
    const encoder = await encoderFiles(this.encoder);
    return new Map([...encoder, ...(await networkFiles('decoder', this.decoder))]);
  }

  /** @throws PlantsenseError MODEL_INVALID */
  static async fromFiles(files: ModelFiles): Promise<ConvSdae> {
    return new ConvSdae(await loadEncoder(files), await loadNetwork('decoder', files));
  }

  dispose(): void {
    this.encoder.dispose();
    this.decoder.dispose();
  }
}
