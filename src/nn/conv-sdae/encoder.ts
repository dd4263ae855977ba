import * as tf from '../tf.js';
import type { RowSource } from '../training/row-source.js';
import { type Architecture, imageShape } from './architecture.js';
import { checkRows } from './check-rows.js';
import { trainableVariables } from './copy-weights.js';
import { type Normalisation, normalise } from './normalisation.js';
import { answerRows } from './padded-batches.js';

/** Rows as a network sees them, `[rows, latentDim]`; a matrix for clustering. */
export interface Latents {
  readonly data: Float32Array;
  readonly rows: number;
  readonly cols: number;
}

/** A network that makes latents of rows, and how its rows are normalised. */
export class Encoder {
  readonly network: tf.LayersModel;
  readonly architecture: Architecture;
  readonly normalisation: Normalisation;

  constructor(network: tf.LayersModel, architecture: Architecture, normalisation: Normalisation) {
    this.network = network;
    this.architecture = architecture;
    this.normalisation = normalisation;
  }

  get variables(): tf.Variable[] {
    return trainableVariables(this.network);
  }

  /** Rows as they were measured, `[batch, ...shape]`, as the network takes them: `[batch, height, width, channels]`. */
  prepare(x: tf.Tensor): tf.Tensor4D {
    return normalise(tf.reshape(x, [x.shape[0]!, ...imageShape(this.architecture)]), this.normalisation);
  }

  /** Outputs of the network's heads for prepared rows. */
  heads(x: tf.Tensor4D): tf.Tensor2D[] {
    const outputs = this.network.apply(x);
    return (Array.isArray(outputs) ? outputs : [outputs]) as tf.Tensor2D[];
  }

  /**
   * Latents of rows: the first head's outputs. A row's latents are the same bits whatever rows are beside it.
   * @throws PlantsenseError MATRIX_INVALID for rows of another shape
   */
  async encode(source: RowSource): Promise<Latents> {
    const { latentDim, shape } = this.architecture;
    checkRows(source, shape);
    const [data] = await answerRows(source, x => this.heads(this.prepare(x)).slice(0, 1));
    return { data: data ?? new Float32Array(0), rows: source.rows, cols: latentDim };
  }

  dispose(): void {
    this.network.dispose();
  }
}
