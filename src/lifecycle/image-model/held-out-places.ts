import type { GroupNode } from '../../cluster/grouping/group-tree.js';
import { LABELLERS } from '../../cluster/grouping/labellers.js';
import { fullSweepOptions, type SweepOptions } from '../../cluster/grouping/sweep-options.js';
import { contingency, denseLabels } from '../../cluster/label-counts.js';
import { type Matrix, takeRows } from '../../cluster/matrix.js';
import { optimalMatching } from '../../cluster/optimal-matching.js';
import { PlantsenseError } from '../../errors.js';
import { Random } from '../../random.js';
import type { HeldOutDistances } from './group-bounds.js';
import { distanceTo, type GroupExtents, groupExtents } from './group-extents.js';
import { ImageProjection, type ProjectedRows } from './image-projection.js';
import { BOUNDARIES, type Boundary, SiblingGroups } from './sibling-groups.js';
import { fitTemperature } from './temperature.js';

/** How well pictures that were held out are told to belong where the clustering has put them. */
export interface HeldOutPlaces {
  readonly boundary: Boundary;
  readonly temperature: number;
  /** By groups that were made with the picture, told apart by means and variances that were not; null: too few pictures. */
  readonly agreement: number | null;
  /** By groups that were made again without the picture; null where that failed. */
  readonly refitAgreement: number | null;
}

/** What pictures say that were held out in turn. */
export interface HeldOut {
  /** By the path of the group that was split. */
  readonly splits: ReadonlyMap<GroupNode, HeldOutPlaces>;
  /** How far they lie from the groups of the first level, in the order of the tree. */
  readonly first: HeldOutDistances;
}

/** Parts that are held out in turn: principal components, means, variances and groups are made without each. */
const FOLDS = 5;

/** Of one group that was split. */
interface Tally {
  readonly split: GroupNode;
  readonly labels: Int32Array;
  readonly right: Record<Boundary, number>;
  tested: number;
  readonly logShares: Record<Boundary, number[]>;
  readonly truth: number[];
}

/**
 * Holds out a fifth of the pictures in turn, to choose how groups are told apart, and to measure how sure one may be and how
 * far groups reach.
 *
 * Probabilities must hold for groups that were made again without the picture: by those that it was made with, a density is
 * right in nearly all cases and knows no doubt.
 *
 * @param x features, `[pictures, dimensions]`
 * @param splits the groups of the tree that were split, the root first
 * @param sweep how they were
 */
export function holdOut(
  x: Matrix,
  splits: readonly GroupNode[],
  components: number,
  sweep: SweepOptions,
  seed: number,
): HeldOut {
  const tallies = splits.map(split => tallyOf(split, x.rows));
  const first = { distances: [] as number[], labels: [] as number[] };
  const order = new Random(seed).shuffle(Int32Array.from({ length: x.rows }, (_, row) => row));
  for (let fold = 0; fold < FOLDS; fold++) {
    const learnt = order.filter((_, i) => i % FOLDS !== fold).sort();
    const left = order.filter((_, i) => i % FOLDS === fold).sort();
    if (learnt.length < 2 || left.length === 0) continue;
    const fit = takeRows(x, learnt);
    const projection = ImageProjection.fit(fit, components);
    const known = projection.project(fit);
    const unknown = projection.project(takeRows(x, left));
    for (const tally of tallies) {
      const parts: FoldParts = { tally, known, learnt, unknown, left };
      const extents = groupExtents(known, labelsOf(tally, learnt), tally.split.children.length);
      testPlaces(parts, extents);
      if (tally.split.path.length === 0) addDistances(parts, extents, first);
      testRefit(parts, { ...sweep, randomState: seed + fold });
    }
  }
  return {
    splits: new Map(tallies.map(tally => [tally.split, placesOf(tally, components)])),
    first,
  };
}

interface FoldParts {
  readonly tally: Tally;
  readonly known: ProjectedRows;
  readonly learnt: Int32Array;
  readonly unknown: ProjectedRows;
  readonly left: Int32Array;
}

function tallyOf(split: GroupNode, rows: number): Tally {
  const labels = new Int32Array(rows).fill(-1);
  for (const [child, { rows: members }] of split.children.entries())
    for (const row of members) labels[row] = child;
  return {
    ...{ split, labels, tested: 0, truth: [] },
    right: { centroid: 0, gaussian: 0 },
    logShares: { centroid: [], gaussian: [] },
  };
}

function labelsOf({ labels }: Tally, rows: Int32Array): Int32Array {
  return rows.map(row => labels[row]!);
}

/** Counts pictures that are told to belong where the clustering has put them. */
function testPlaces({ tally, unknown, left }: FoldParts, extents: GroupExtents): void {
  const { cols } = unknown.z;
  if (extents.counts.some(count => count === 0)) return;
  const work = new Float64Array(extents.counts.length);
  const siblings = BOUNDARIES.map(boundary => new SiblingGroups(extents, boundary, 1));
  left.forEach((row, i) => {
    const label = tally.labels[row]!;
    if (label < 0) return;
    tally.tested++;
    for (const groups of siblings)
      if (groups.nearest(unknown.z.data, i * cols, work) === label) tally.right[groups.boundary]++;
  });
}

function addDistances(
  { tally, unknown, left }: FoldParts,
  extents: GroupExtents,
  { distances, labels }: { readonly distances: number[]; readonly labels: number[] },
): void {
  left.forEach((row, i) => {
    const label = tally.labels[row]!;
    if (extents.counts[label] === 0) return;
    labels.push(label);
    // A group that is held out as a whole lies nowhere.
    for (const [group, count] of extents.counts.entries())
      distances.push(
        count === 0
          ? Number.POSITIVE_INFINITY
          : distanceTo(extents, group, unknown.z.data, i * unknown.z.cols, unknown.residuals[i]!),
      );
  });
}

/** Makes the groups again, and keeps what they say of the pictures that they were made without. */
function testRefit({ tally, known, learnt, unknown, left }: FoldParts, sweep: SweepOptions): void {
  const { algorithm, k } = tally.split.choice!.cell;
  const members = Int32Array.from(learnt.keys()).filter(i => tally.labels[learnt[i]!]! >= 0);
  if (members.length <= k) return;
  const rows: ProjectedRows = {
    z: { ...takeRows(known.z, members), data: takeRows(known.z, members).data as Float64Array },
    residuals: Float64Array.from(members, i => known.residuals[i]!),
  };
  let again: Int32Array;
  try {
    again = denseLabels(LABELLERS[algorithm](rows.z, fullSweepOptions(sweep))(k)).labels;
  } catch (error) {
    if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
    return;
  }
  const before = Int32Array.from(members, i => tally.labels[learnt[i]!]!);
  const groups = tally.split.children.length;
  const counterpart = counterparts(before, again, groups);
  const extents = groupExtents(rows, again, Math.max(...again) + 1);
  const out = new Float64Array(extents.counts.length);
  const siblings = BOUNDARIES.map(boundary => new SiblingGroups(extents, boundary, 1));
  left.forEach((row, i) => {
    const label = tally.labels[row]!;
    if (label < 0 || counterpart[label]! < 0) return;
    tally.truth.push(label);
    for (const each of siblings) {
      each.logShares(unknown.z.data, i * unknown.z.cols, out);
      for (const found of counterpart)
        tally.logShares[each.boundary].push(found < 0 ? Number.NEGATIVE_INFINITY : out[found]!);
    }
  });
}

/** For each group the one that shares most of its rows in another clustering of them; -1 for none. */
function counterparts(before: Int32Array, again: Int32Array, groups: number): Int32Array {
  const { counts, aSizes, bSizes } = contingency(before, again);
  const present = [...new Set(before)].sort((a, b) => a - b);
  const overlap = counts.map((count, i) => {
    const union = aSizes[Math.floor(i / bSizes.length)]! + bSizes[i % bSizes.length]! - count;
    return count / union;
  });
  const found = new Int32Array(groups).fill(-1);
  optimalMatching(overlap, aSizes.length, bSizes.length).forEach((other, i) => {
    found[present[i]!] = other;
  });
  return found;
}

function placesOf({ split, right, tested, logShares, truth }: Tally, components: number): HeldOutPlaces {
  const boundary = right.gaussian > right.centroid ? 'gaussian' : 'centroid';
  const groups = split.children.length;
  const agreement = tested === 0 ? null : right[boundary] / tested;
  // Nothing to measure by: as if all components were one witness.
  if (truth.length === 0) return { boundary, agreement, temperature: components, refitAgreement: null };
  const shares = Float64Array.from(logShares[boundary]);
  const labels = Int32Array.from(truth);
  let hits = 0;
  labels.forEach((label, row) => {
    const own = shares.subarray(row * groups, (row + 1) * groups);
    if (own.every((share, i) => i === label || share < own[label]!)) hits++;
  });
  return {
    ...{ boundary, agreement, refitAgreement: hits / labels.length },
    temperature: fitTemperature(shares, groups, labels),
  };
}
