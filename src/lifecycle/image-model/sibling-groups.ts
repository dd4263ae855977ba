import { type GroupExtents, sharedVariance } from './group-extents.js';

/**
 * How a row is told to belong to one of sibling groups. `centroid`: to the nearest mean, as k-means has it. `gaussian`: to the
 * normal distribution of the group's own variances under which it is likeliest, as mixtures have it. Of a tree of other
 * algorithms it is measured which agrees better.
 */
export const BOUNDARIES = ['centroid', 'gaussian'] as const;
export type Boundary = (typeof BOUNDARIES)[number];

/** Groups with one parent, of which a row belongs to one. */
export class SiblingGroups {
  readonly extents: GroupExtents;
  readonly boundary: Boundary;
  /** What log-probabilities are divided by: see `fitTemperature`. */
  readonly temperature: number;
  /** Of each group, what its log-density has that no row changes. */
  readonly #constants: Float64Array;
  /** 1 / variance, by group and component. */
  readonly #precisions: Float64Array;

  constructor(extents: GroupExtents, boundary: Boundary, temperature: number) {
    this.extents = extents;
    this.boundary = boundary;
    this.temperature = temperature;
    const { variances, counts } = extents;
    this.#constants = new Float64Array(counts.length);
    if (boundary === 'centroid') {
      this.#precisions = new Float64Array(variances.data.length).fill(1 / sharedVariance(extents));
      return;
    }
    this.#precisions = variances.data.map(variance => 1 / variance);
    variances.data.forEach((variance, i) => {
      this.#constants[Math.floor(i / variances.cols)]! -= Math.log(variance) / 2;
    });
  }

  get size(): number {
    return this.extents.counts.length;
  }

  /**
   * Natural logarithms of the groups' posterior probabilities, up to a constant, to `out`. All groups have one prior: a rare
   * defect is not outvoted by what is common.
   * @param at where the row begins in `z`
   */
  logShares(z: Float64Array, at: number, out: Float64Array): void {
    const { means } = this.extents;
    const { cols } = means;
    for (let group = 0; group < this.size; group++) {
      const start = group * cols;
      let sum = 0;
      for (let col = 0; col < cols; col++) {
        const off = z[at + col]! - means.data[start + col]!;
        sum += off * off * this.#precisions[start + col]!;
      }
      out[group] = (this.#constants[group]! - sum / 2) / this.temperature;
    }
  }

  /** The most probable group of a row, the first of equally probable ones. */
  nearest(z: Float64Array, at: number, work: Float64Array): number {
    this.logShares(z, at, work);
    let best = 0;
    for (let group = 1; group < this.size; group++) if (work[group]! > work[best]!) best = group;
    return best;
  }
}
