import { PlantsenseError } from '../../errors.js';
import { type Artefact, sealArtefact } from '../artefact.js';
import { type GroupExtents, sharedVariance } from './group-extents.js';
import { arraysOf } from './image-arrays.js';
import { IMAGE_METHOD, type ImageDetails } from './image-details.js';
import type { ImageGroupModel, ImagePlaces } from './image-group-model.js';
import { LABELS_FILE, labelsFile } from './image-labels.js';
import type { ImageTrainingSet } from './image-training-set.js';
import type { ImageTree } from './image-tree.js';

export interface UpdateImageOptions {
  /** After so many pictures of its own what a group was made of counts half. */
  readonly halfLifeImages: number;
  readonly sequence: number;
}

/**
 * Lets groups follow new pictures: means, variances and the distance to the space move, by streaming k-means with forgetting
 * (as Spark's, after Ackermann et al., "StreamKM++", 2012, and the decay of Aggarwal et al., "A framework for clustering
 * evolving data streams", 2003). The tree, its ids, components and labels stay: it is a new version of the same groups.
 *
 * With m new pictures of a group of weight n: n' = n 2^(-m/h), mean <- (n' mean + sum) / (n' + m), n <- n' + m. A group forgets
 * by its own pictures: a rare defect is not forgotten because common ones came. All pictures are put in groups as they were
 * before any of them, so their order changes nothing. Novel pictures move no group: noise would carry them off.
 *
 * @param set pictures that it has not learnt from
 * @throws PlantsenseError FEATURES_MISMATCH when the features are another encoder's; MATRIX_INVALID; PARAMETER_INVALID
 */
export function updateImageModel(
  model: ImageGroupModel,
  set: ImageTrainingSet,
  { halfLifeImages, sequence }: UpdateImageOptions,
): Artefact {
  checkEncoder(model, set);
  if (!(halfLifeImages > 0))
    throw new PlantsenseError('PARAMETER_INVALID', `halfLifeImages must be above 0, not ${halfLifeImages}.`);
  const { numbers, tree, details, artefact } = model;
  const places = model.place(set.features);
  const { extents, taken } = followed(numbers.extents, tree, places, halfLifeImages);
  const novel = places.noveltyScores.filter(score => score > 1).length;
  const changed: ImageDetails = {
    ...details,
    groups: details.groups.map(({ path, rows }, group) => ({ path, rows: rows + taken[group]! })),
    followed: details.followed + set.features.rows,
    change: 'update',
  };
  const { card } = artefact;
  return sealArtefact(
    {
      ...{ method: IMAGE_METHOD, kind: card.kind, sequence, parent: card.version, seed: card.seed },
      data: { rows: set.features.rows, fromUs: set.fromUs, toUs: set.toUs, seen: [...set.seen] },
      parameters: { ...card.parameters, halfLifeImages },
      indices: {
        groups: details.groups.length,
        novelShare: novel / set.features.rows,
        longestMove: longestMove(numbers.extents, extents),
        labelAccuracy: details.labels.accuracy,
      },
      details: changed,
    },
    arraysOf({ ...numbers, extents }),
    model.labels ? new Map([[LABELS_FILE, labelsFile(model.labels)]]) : new Map(),
  );
}

/** @throws PlantsenseError FEATURES_MISMATCH */
export function checkEncoder(
  { version, encoder, dimensions }: ImageGroupModel,
  { encoder: given, features }: Pick<ImageTrainingSet, 'encoder' | 'features'>,
): void {
  if (given === encoder && features.cols === dimensions) return;
  throw new PlantsenseError(
    'FEATURES_MISMATCH',
    `Model ${version} takes ${dimensions} features of the encoder ${encoder}, not ${features.cols} of ${given}.`,
  );
}

function followed(
  old: GroupExtents,
  tree: ImageTree,
  { projected, groups, noveltyScores }: ImagePlaces,
  halfLife: number,
) {
  const { z, residuals } = projected;
  const { cols } = z;
  const k = old.counts.length;
  const parents = parentsOf(tree);
  // Sums of what pictures differ from the old means: small numbers, which round little.
  const taken = new Float64Array(k);
  const off = new Float64Array(k * cols);
  const squares = new Float64Array(k * cols);
  const outside = new Float64Array(k);
  for (let row = 0; row < z.rows; row++) {
    if (noveltyScores[row]! > 1) continue;
    for (let group = groups[row]!; group >= 0; group = parents[group]!) {
      taken[group]!++;
      outside[group]! += residuals[row]!;
      for (let col = 0; col < cols; col++) {
        const difference = z.data[row * cols + col]! - old.means.data[group * cols + col]!;
        off[group * cols + col]! += difference;
        squares[group * cols + col]! += difference * difference;
      }
    }
  }
  const means = Float64Array.from(old.means.data);
  const variances = Float64Array.from(old.variances.data);
  const newResiduals = Float64Array.from(old.residuals);
  const counts = Float64Array.from(old.counts);
  for (let group = 0; group < k; group++) {
    const m = taken[group]!;
    if (m === 0) continue;
    const kept = old.counts[group]! * 2 ** (-m / halfLife);
    const weight = kept + m;
    for (let i = group * cols; i < (group + 1) * cols; i++) {
      const move = off[i]! / weight;
      means[i]! += move;
      variances[i] = (kept * old.variances.data[i]! + squares[i]!) / weight - move * move;
    }
    newResiduals[group] = (kept * old.residuals[group]! + outside[group]!) / weight;
    counts[group] = weight;
  }
  const least = leastVariance(old, tree);
  keepAbove(least, variances, old.variances.data);
  keepAbove(least, newResiduals, old.residuals);
  const matrix = (data: Float64Array) => ({ data, rows: k, cols });
  const extents = { means: matrix(means), variances: matrix(variances), residuals: newResiduals, counts };
  return { extents, taken };
}

/** Least variance, as a share of that of the means of the first level: a group of equal pictures doesn't shrink to a point. */
const LEAST_SHARE = 1e-4;

function leastVariance({ means }: GroupExtents, { root }: ImageTree): number {
  const { data, cols } = means;
  let sum = 0;
  for (let col = 0; col < cols; col++) {
    const column = Array.from({ length: root.count }, (_, i) => data[(root.first + i) * cols + col]!);
    const mean = column.reduce((a, b) => a + b, 0) / root.count;
    for (const value of column) sum += (value - mean) ** 2;
  }
  return Math.max((LEAST_SHARE * sum) / (cols * root.count), Number.MIN_VALUE ** 0.5);
}

/** Less than that only what had less. */
function keepAbove(least: number, values: Float64Array, before: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.max(values[i]!, Math.min(least, before[i]!));
}

/** Number of each group's parent, -1 on the first level. */
function parentsOf({ paths, children }: ImageTree): Int32Array {
  const parents = new Int32Array(paths.length).fill(-1);
  for (const [parent, range] of children.entries())
    if (range) parents.fill(parent, range.first, range.first + range.count);
  return parents;
}

/** The longest way of a mean, in standard deviations of a component. */
function longestMove(before: GroupExtents, after: GroupExtents): number {
  const { means } = before;
  const scale = Math.sqrt(sharedVariance(before));
  let longest = 0;
  for (let group = 0; group < means.rows; group++) {
    let square = 0;
    for (let i = group * means.cols; i < (group + 1) * means.cols; i++)
      square += (after.means.data[i]! - means.data[i]!) ** 2;
    longest = Math.max(longest, Math.sqrt(square) / scale);
  }
  return longest;
}
