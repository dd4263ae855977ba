import type { Matrix } from '../../cluster/matrix.js';
import { Pca, type PcaFit } from '../../cluster/pca.js';
import { PlantsenseError } from '../../errors.js';
import { type RowSource, rowSize } from '../../nn/training/row-source.js';
import { Random } from '../../random.js';

export interface PcaResidualOptions {
  /** Default 64. */
  readonly components?: number;
  /** Components are told by so many segments at most, drawn by the seed. Default 512: 200 MB of segments of 1024 x 32. */
  readonly mostSegments?: number;
  readonly seed?: number;
}

/** Segments in memory at a time. */
const BATCH = 32;

/**
 * The plain baseline of the auto-encoder: a segment's residual is the mean squared error of its reconstruction from
 * principal components of normal segments, here 64.
 *
 * Since the components are orthonormal, the squared error is the squared distance to the mean less the squared length of
 * the projection, so that no reconstruction is made.
 */
export class PcaResidual {
  readonly #fit: PcaFit;
  readonly #shape: readonly number[];
  /** Segments that the components were told by. */
  readonly segments: number;

  private constructor(fit: PcaFit, shape: readonly number[], segments: number) {
    this.#fit = fit;
    this.#shape = shape;
    this.segments = segments;
  }

  /** As many as asked for, or as many as the segments have. */
  get components(): number {
    return this.#fit.components.rows;
  }

  /**
   * @param source normal segments
   * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT for fewer than three segments; MATRIX_INVALID, PARAMETER_INVALID
   */
  static async fit(
    source: RowSource,
    { components = 64, mostSegments = 512, seed = 0 }: PcaResidualOptions = {},
  ): Promise<PcaResidual> {
    if (source.rows < 3)
      throw new PlantsenseError(
        'TRAINING_DATA_INSUFFICIENT',
        `Principal components need three segments at least, and there are ${source.rows}.`,
      );
    const order = new Random(seed).shuffle(Int32Array.from({ length: source.rows }, (_, row) => row));
    const x = await readRows(source, order.subarray(0, mostSegments).toSorted());
    // Of n segments about their mean, the n-th component is rounding.
    const nComponents = Math.min(components, x.rows - 1, x.cols);
    return new PcaResidual(new Pca({ nComponents }).fit(x), source.shape, x.rows);
  }

  /**
   * @returns a residual for each segment
   * @throws PlantsenseError MATRIX_INVALID for segments of another shape or with NaN or infinity
   */
  async score(source: RowSource): Promise<Float64Array> {
    if (source.shape.join() !== this.#shape.join())
      throw new PlantsenseError(
        'MATRIX_INVALID',
        `Segments are (${source.shape.join(', ')}), the components of (${this.#shape.join(', ')}).`,
      );
    const out = new Float64Array(source.rows);
    const { mean, components } = this.#fit;
    for (let row = 0; row < source.rows; row += BATCH) {
      const length = Math.min(BATCH, source.rows - row);
      const x = await readRows(
        source,
        Int32Array.from({ length }, (_, i) => row + i),
      );
      const z = this.#fit.transform(x);
      for (let i = 0; i < length; i++) {
        let squares = 0;
        for (let col = 0; col < x.cols; col++) squares += (x.data[i * x.cols + col]! - mean[col]!) ** 2;
        for (let k = 0; k < components.rows; k++) squares -= z.data[i * components.rows + k]! ** 2;
        // Rounding must not make a perfect reconstruction better than that.
        out[row + i] = Math.max(0, squares / x.cols);
      }
    }
    return out;
  }
}

async function readRows(source: RowSource, rows: Int32Array): Promise<Matrix> {
  const cols = rowSize(source.shape);
  const data = new Float32Array(rows.length * cols);
  await source.read(rows, data);
  return { data, rows: rows.length, cols };
}
