import { contingency } from '../cluster/label-counts.js';
import { optimalMatching } from '../cluster/optimal-matching.js';

/** Stands for a row that belongs to no old group. */
const NONE = -1;

export interface MatchedGroups {
  /** Id of each new group. */
  readonly ids: Int32Array;
  /** The first id that is still free. */
  readonly nextGroupId: number;
}

/**
 * Gives new groups the ids of the old ones that they go on from, so that names and colours survive a new model. Both
 * models label the same rows; the matching has the largest sum of Jaccard similarities. A group that shares too
 * little with any old one gets an id that was never used.
 *
 * @param oldIds id of each row's group under the old model, -1 where it belongs to none
 * @param labels each row's group under the new one, 0 .. k - 1, every group with a row
 * @param nextGroupId the old model's first free id
 * @param minOverlap least Jaccard similarity for an id to go over
 */
export function matchGroups(
  oldIds: Int32Array,
  labels: Int32Array,
  nextGroupId: number,
  minOverlap: number,
): MatchedGroups {
  const { counts, aSizes: sizes, bSizes: oldSizes } = contingency(labels, oldIds);
  // In the order that the contingency table numbers them.
  const known = [...new Set(oldIds)].sort((a, b) => a - b);
  const overlap = counts.map((count, i) => {
    if (known[i % known.length] === NONE) return 0;
    const union = sizes[Math.floor(i / known.length)]! + oldSizes[i % known.length]! - count;
    return count / union;
  });
  const goesOn = (old: number, similarity = 0) => old >= 0 && known[old] !== NONE && similarity >= minOverlap;
  let next = nextGroupId;
  const matched = optimalMatching(overlap, sizes.length, known.length);
  const ids = matched.map((old, group) =>
    goesOn(old, overlap[group * known.length + old]) ? known[old]! : next++,
  );
  return { ids, nextGroupId: next };
}

/** Ids for groups without a parent: by falling size, from `first` on. */
export function groupsBySize(sizes: Float64Array, first: number): MatchedGroups {
  const ids = new Int32Array(sizes.length);
  [...sizes.keys()]
    .sort((a, b) => sizes[b]! - sizes[a]! || a - b)
    .forEach((component, rank) => {
      ids[component] = first + rank;
    });
  return { ids, nextGroupId: first + sizes.length };
}
