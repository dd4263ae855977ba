import { PlantsenseError } from '../../errors.js';
import { quantile } from '../../quantile.js';
import { noveltyThreshold } from '../novelty-threshold.js';

/** Held-out pictures, and how far they lie from groups. */
export interface HeldOutDistances {
  /** Distance of each picture to each group, `[pictures, groups]`. */
  readonly distances: readonly number[];
  /** The group of each. */
  readonly labels: readonly number[];
}

/** A group with fewer held-out pictures is as wide as groups are: distances are in its own deviations already. */
const LEAST_OWN = 5;

/** Of a distance: a group of equal pictures, a covered lens for one, has a reach too. Most groups have about 1.4. */
const LEAST_WIDTH = 0.1;

/**
 * Distances at which groups end: so many times the median distance of a group's own pictures that a share `q` of pictures like
 * those of the training lies beyond the ends of all groups. One factor for all groups: the rarest hundredth of a group's own
 * pictures, of which there may be twenty, says nothing. See `noveltyThreshold`; half the squared distance, turned about, is a
 * logarithm of a density up to a constant.
 *
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT when there is no picture to measure by
 */
export function groupBounds(
  { distances, labels }: HeldOutDistances,
  groups: number,
  q: number,
): Float64Array {
  if (labels.length === 0)
    throw new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `The ${groups} groups have too few images for it to be measured where they end.`,
    );
  const own: number[][] = Array.from({ length: groups }, () => []);
  labels.forEach((label, row) => {
    own[label]!.push(distances[row * groups + label]!);
  });
  const shared = quantile(Float64Array.from(own.flat()), 0.5);
  const widths = own.map(values =>
    Math.max(LEAST_WIDTH, values.length < LEAST_OWN ? shared : quantile(Float64Array.from(values), 0.5)),
  );
  const logs = Float64Array.from(labels, (_, row) => {
    let least = Number.POSITIVE_INFINITY;
    for (let group = 0; group < groups; group++)
      least = Math.min(least, distances[row * groups + group]! / widths[group]!);
    return -(least * least) / 2;
  });
  // Where all groups are of equal pictures each, nothing is far.
  const factor = Math.max(1, Math.sqrt(-2 * noveltyThreshold(logs, q).logLikelihood));
  return Float64Array.from(widths, width => factor * width);
}
