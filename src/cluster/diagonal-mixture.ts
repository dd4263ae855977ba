import { PlantsenseError } from '../errors.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import { checkMatrix, type Matrix } from './matrix.js';
import { checkMixture, Mixture } from './mixture.js';
import { Points } from './points.js';

const LOG_2_PI = Math.log(2 * Math.PI);

/** Rows that are looked at together; they fit the cache. */
const CHUNK = 256;

/** A mixture of normal distributions with diagonal covariances. */
export class DiagonalMixture extends Mixture {
  /** Variances, `[k, nFeatures]`. */
  readonly covariances: Matrix;
  readonly #precisions: Matrix;
  /** Of each component, what its log-density has that no row changes: weight and normalisation. */
  readonly #constants: Float64Array;

  /**
   * @throws PlantsenseError PARAMETER_INVALID when the shapes differ or a weight is not above zero; MIXTURE_ILL_DEFINED
   *   when a variance is not
   */
  constructor(weights: Float64Array, means: Matrix, covariances: Matrix) {
    super(weights, means);
    const { rows: k, cols } = means;
    checkMixture(covariances.rows === k && covariances.cols === cols, 'covariances of another shape');
    checkMatrix(covariances);
    const flat = covariances.data.findIndex(variance => !(variance > 0));
    if (flat >= 0)
      throw new PlantsenseError(
        'MIXTURE_ILL_DEFINED',
        `A variance of component ${Math.floor(flat / cols)} is not above zero.`,
      );
    this.covariances = covariances;
    this.#precisions = { ...means, data: Float64Array.from(covariances.data, variance => 1 / variance) };
    this.#constants = weights.map((weight, component) => {
      let logVariances = 0;
      for (let col = 0; col < cols; col++)
        logVariances += Math.log(covariances.data[component * cols + col]!);
      return Math.log(weight) - (cols * LOG_2_PI + logVariances) / 2;
    });
  }

  protected get covarianceParameters(): number {
    return this.nComponents * this.means.cols;
  }

  protected fillLogJoint(x: Matrix, out: Float64Array, _onlyLikely: boolean, points?: Points): void {
    const { rows: k, cols } = this.means;
    inWorkspace(workspace => {
      const most = Math.min(CHUNK, x.rows);
      const chunk = new Points(workspace, { rows: points ? 0 : most, cols });
      const { length } = chunk;
      const means = new Points(workspace, this.means);
      const precisions = new Points(workspace, this.#precisions);
      const sumsAt = workspace.allocate(most + 1);
      const sums = workspace.doubles(sumsAt, most);
      for (let from = 0; from < x.rows; from += CHUNK) {
        const count = Math.min(CHUNK, x.rows - from);
        const rowsAt = chunk.load(x, from, count, points);
        for (let component = 0; component < k; component++) {
          const constant = this.#constants[component]!;
          workspace.kernels.weightedDistances(
            rowsAt,
            // Rows are looked at in pairs.
            count + (count & 1),
            length,
            means.addressOf(component),
            precisions.addressOf(component),
            sumsAt,
          );
          for (let row = 0; row < count; row++) out[(from + row) * k + component] = constant - sums[row]! / 2;
        }
      }
    });
  }
}
