import { PlantsenseError } from '../errors.js';
import { choleskyDecompose, logDeterminant } from './linear-algebra/cholesky.js';
import { gram } from './linear-algebra/products.js';
import { inverseLower } from './linear-algebra/triangular.js';
import { ceil4, packRows, Whitening } from './linear-algebra/whitening.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import type { Matrix, Matrix64 } from './matrix.js';
import { checkMixture, LEAST_NATS, Mixture } from './mixture.js';

const LOG_2_PI = Math.log(2 * Math.PI);

/** Numbers of the rows that are looked at together: half a megabyte, which fits the cache. */
const CHUNK = 2 ** 16;

/** A mixture of normal distributions, each with a covariance matrix of its own. */
export class FullMixture extends Mixture {
  /** For each component `[nFeatures, nFeatures]`. */
  readonly covariances: readonly Matrix64[];
  readonly #factors: readonly Matrix64[];
  readonly #whitenings: readonly Whitening[];
  readonly #shift: Float64Array;
  readonly #constants: Float64Array;

  /**
   * @throws PlantsenseError PARAMETER_INVALID when the shapes differ or a weight is not above zero; MIXTURE_ILL_DEFINED
   *   when a covariance is not positive definite
   */
  constructor(weights: Float64Array, means: Matrix, covariances: readonly Matrix64[]) {
    super(weights, means);
    checkMixture(
      covariances.length === means.rows && covariances.every(each => isSquare(each, means.cols)),
      'covariances of another shape',
    );
    this.covariances = covariances;
    this.#factors = covariances.map(factorOf);
    const shift = weightedMean(weights, means);
    this.#shift = shift;
    this.#whitenings = this.#factors.map((factor, i) => {
      const mean = means.data.subarray(i * means.cols, (i + 1) * means.cols);
      return new Whitening(factor, mean, shift);
    });
    this.#constants = weights.map(
      (weight, i) => Math.log(weight) - (means.cols * LOG_2_PI + logDeterminant(this.#factors[i]!)) / 2,
    );
  }

  protected get covarianceParameters(): number {
    const { rows: k, cols } = this.means;
    return (k * cols * (cols + 1)) / 2;
  }

  /** The inverse of a component's covariance. */
  precision(component: number): Matrix64 {
    return gram(inverseLower(this.#factors[component]!));
  }

  protected fillLogJoint(x: Matrix, out: Float64Array, onlyLikely: boolean): void {
    const k = this.nComponents;
    const width = ceil4(x.cols);
    const most = Math.min(ceil4(x.rows), Math.max(4, 4 * Math.floor(CHUNK / width / 4)));
    // What `out` held before, the last step's posteriors in a fit, tells where the rows likely belong. They are taken in
    // that order, so that those of one component stand together and can be measured first.
    const { order, likely } = orderByLargest(out, x.rows, k);
    inWorkspace(workspace => {
      const rowsAt = workspace.allocate(most * width);
      const limitsAt = workspace.allocate(most);
      const distancesAt = workspace.allocate(most);
      const loadedAt = this.#whitenings.map(whitening => workspace.allocate(whitening.size));
      this.#whitenings.forEach((whitening, i) => {
        whitening.load(workspace, loadedAt[i]!);
      });
      const limits = workspace.doubles(limitsAt, most);
      const distances = workspace.doubles(distancesAt, most);
      const reached = new Float64Array(most);

      for (let from = 0; from < x.rows; from += most) {
        const chunk = order.subarray(from, from + most);
        const rows = packRows(workspace, rowsAt, x, chunk, this.#shift);
        reached.fill(Number.NEGATIVE_INFINITY);
        /** Measures some rows of the chunk, in panels of 4, to one component. */
        const measure = (component: number, first: number, end: number) => {
          const constant = this.#constants[component]!;
          for (let i = first; i < end; i++) {
            const nats = onlyLikely ? constant - reached[i]! + LEAST_NATS : Number.POSITIVE_INFINITY;
            // Rows that only fill up the last panel hold nobody back.
            limits[i] = i < chunk.length ? 2 * nats : -1;
          }
          const part = { at: rows.at + 8 * width * first, count: (end - first) / 4 };
          const [limitAt, outAt] = [limitsAt + 8 * first, distancesAt + 8 * first];
          this.#whitenings[component]!.squaredDistances(
            workspace,
            loadedAt[component]!,
            part,
            limitAt,
            outAt,
          );
          for (let i = first; i < Math.min(end, chunk.length); i++) {
            const isLikely = distances[i]! <= limits[i]!;
            const log = isLikely ? constant - distances[i]! / 2 : Number.NEGATIVE_INFINITY;
            out[chunk[i]! * k + component] = log;
            if (log > reached[i]!) reached[i] = log;
          }
        };
        const spans = spansOf(likely.subarray(from, from + most), k);
        spans.forEach(([first, end], component) => {
          measure(component, first, end);
        });
        spans.forEach(([first, end], component) => {
          measure(component, 0, first);
          measure(component, end, 4 * rows.count);
        });
      }
    });
  }
}

/** Rows in order of the component that is largest in each, with these components. */
function orderByLargest(
  values: Float64Array,
  rows: number,
  k: number,
): { readonly order: Int32Array; readonly likely: Int32Array } {
  const largest = Int32Array.from({ length: rows }, (_, row) => largestIndex(values, row * k, k));
  const starts = new Int32Array(k + 1);
  for (const component of largest) starts[component + 1]!++;
  for (let component = 0; component < k; component++) starts[component + 1]! += starts[component]!;
  const order = new Int32Array(rows);
  for (let row = 0; row < rows; row++) order[starts[largest[row]!]!++] = row;
  return { order, likely: Int32Array.from(order, row => largest[row]!) };
}

/** For each component the panels of 4 that hold its rows: from, to. `components` rise. */
function spansOf(components: Int32Array, k: number): [first: number, end: number][] {
  return Array.from({ length: k }, (_, component) => {
    const first = components.indexOf(component);
    return first < 0 ? [0, 0] : [first & ~3, ceil4(components.lastIndexOf(component) + 1)];
  });
}

function weightedMean(weights: Float64Array, { data, rows, cols }: Matrix): Float64Array {
  const mean = new Float64Array(cols);
  for (let i = 0; i < rows * cols; i++) mean[i % cols]! += weights[Math.floor(i / cols)]! * data[i]!;
  return mean;
}

/** The Cholesky factor of a covariance. @throws PlantsenseError MIXTURE_ILL_DEFINED */
export function factorOf(covariance: Matrix64, component?: number): Matrix64 {
  const factor = choleskyDecompose(covariance);
  if (factor) return factor;
  const whose = component === undefined ? 'The covariance' : `The covariance of component ${component}`;
  throw new PlantsenseError('MIXTURE_ILL_DEFINED', `${whose} is not positive definite.`);
}

export function isSquare({ rows, cols, data }: Matrix, size: number): boolean {
  return rows === size && cols === size && data.length === size * size;
}

function largestIndex(values: Float64Array, start: number, count: number): number {
  let largest = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + largest]!) largest = i;
  return largest;
}
