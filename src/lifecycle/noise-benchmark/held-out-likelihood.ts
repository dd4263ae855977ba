import { type Matrix, takeRows } from '../../cluster/matrix.js';
import { MAXIMIZE } from '../../cluster/mixture-estimates.js';
import { Random } from '../../random.js';
import { sampleRows } from '../sample-rows.js';
import { principalComponents } from './principal-components.js';

/** Recordings and their parts are the same for all methods and runs. */
const SEED = 0;
const PARTS = 5;
/** Added to variances, those of all recordings being 1: a group of one recording has none. */
const ADDED_VARIANCE = 0.01;
/** Groups by chance that the likelihood is compared with. */
const DRAWS = 10;

/**
 * What groups tell about recordings that they were not described by. It asks for nothing but labels, so that methods can
 * be compared.
 *
 * In one space for all methods, the first ten principal components of the standardised pooled mel statistics, each
 * scaled to variance 1, four fifths of the recordings give a mixture with a diagonal normal distribution for each group:
 * its weight, means and variances. The other fifth has a mean log-likelihood under it; each fifth is left out once. From
 * that the same for groups of the same sizes by chance is taken. A single normal distribution would not do for that:
 * groups by chance beat it wherever features have heavy tails.
 *
 * The labels themselves were found with all recordings. At most 2,000 of them are looked at. A mixture that was fitted in
 * this very space has a better chance than other methods.
 */
export class HeldOutLikelihood {
  readonly #sample: Int32Array;
  /** The sampled recordings in the common space. */
  readonly #space: Matrix;
  /** For each part, rows of the space that are in it and that are not. */
  readonly #parts: readonly { readonly left: Int32Array; readonly rest: Int32Array }[];

  /**
   * @param pooled mean and standard deviation of each band, `[recordings, 2 bands]`
   * @throws PlantsenseError MATRIX_INVALID when they are not finite, or of less than two recordings
   */
  constructor(pooled: Matrix) {
    this.#sample = sampleRows(pooled.rows, SEED);
    this.#space = principalComponents(takeRows(pooled, this.#sample));
    const order = shuffled(this.#space.rows, SEED);
    const parts = Math.min(PARTS, order.length);
    this.#parts = Array.from({ length: parts }, (_, part) => ({
      left: order.filter((_, i) => i % parts === part),
      rest: order.filter((_, i) => i % parts !== part),
    }));
  }

  /**
   * @param labels group of each recording
   * @returns nats a recording, more than groups by chance give: about 0 for those, exactly 0 for one group, above 0
   *   when groups tell something, below 0 when they are so many that they only tell of their own recordings
   */
  gain(labels: ArrayLike<number>): number {
    const own = Int32Array.from(this.#sample, row => labels[row]!);
    const likelihood = this.#likelihood(own);
    let sum = 0;
    for (let draw = 1; draw <= DRAWS; draw++) {
      const chance = shuffled(own.length, SEED + draw).map(row => own[row]!);
      sum += likelihood - this.#likelihood(chance);
    }
    return sum / DRAWS;
  }

  /** Mean over all rows, each under the mixture that it has no part in. */
  #likelihood(labels: Int32Array): number {
    let sum = 0;
    for (const { left, rest } of this.#parts) {
      const { shares, groups } = membership(rest.map(row => labels[row]!));
      const mixture = MAXIMIZE.diag(takeRows(this.#space, rest), shares, groups, ADDED_VARIANCE);
      for (const likelihood of mixture.scoreSamples(takeRows(this.#space, left))) sum += likelihood;
    }
    return sum / labels.length;
  }
}

/** Which group each row is in, `[rows, groups]`; only groups that have rows count. */
function membership(labels: Int32Array) {
  const places = new Map([...new Set(labels)].map((label, place) => [label, place]));
  const shares = new Float64Array(labels.length * places.size);
  labels.forEach((label, row) => {
    shares[row * places.size + places.get(label)!] = 1;
  });
  return { shares, groups: places.size };
}

function shuffled(rows: number, seed: number): Int32Array {
  return new Random(seed).shuffle(Int32Array.from({ length: rows }, (_, row) => row));
}
