import { type Matrix64, zeros } from '../../cluster/matrix.js';
import type { ProjectedRows } from './image-projection.js';

/** Where groups lie and how far they reach, in the space of the principal components. */
export interface GroupExtents {
  /** `[groups, components]` */
  readonly means: Matrix64;
  /** Of each component, above zero, `[groups, components]`. */
  readonly variances: Matrix64;
  /** Mean squared distance of a group's rows to the space, above zero. */
  readonly residuals: Float64Array;
  /** Rows that say so, with what was forgotten of them taken away. */
  readonly counts: Float64Array;
}

/**
 * A group's own variances count with so many rows of those of all its siblings: of few rows they are noise. With fewer, held-
 * out rows agree less with the clustering; with more, groups of different sizes become alike.
 */
const SHRINKING_ROWS = 10;

/** Least variance, as a share of the mean one of all rows: a group of equal pictures has a reach too. */
const LEAST_SHARE = 1e-3;

/**
 * Extents of sibling groups.
 * @param labels of each row, 0 .. k - 1; -1 for a row that counts in none
 */
export function groupExtents({ z, residuals }: ProjectedRows, labels: Int32Array, k: number): GroupExtents {
  const { cols } = z;
  const counts = new Float64Array(k);
  const means = zeros(k, cols);
  const squares = zeros(k, cols);
  const outside = new Float64Array(k);
  forEachMember(labels, (row, group) => {
    counts[group]!++;
    outside[group]! += residuals[row]!;
    for (let col = 0; col < cols; col++) means.data[group * cols + col]! += z.data[row * cols + col]!;
  });
  for (let i = 0; i < means.data.length; i++) means.data[i]! /= Math.max(1, counts[Math.floor(i / cols)]!);
  forEachMember(labels, (row, group) => {
    for (let col = 0; col < cols; col++) {
      const off = z.data[row * cols + col]! - means.data[group * cols + col]!;
      squares.data[group * cols + col]! += off * off;
    }
  });
  const rows = counts.reduce((a, b) => a + b, 0);
  const shared = new Float64Array(cols);
  for (let i = 0; i < squares.data.length; i++) shared[i % cols]! += squares.data[i]! / rows;
  const least = Math.max(LEAST_SHARE * meanOf(shared), Number.MIN_VALUE ** 0.5);
  const sharedOutside = outside.reduce((a, b) => a + b, 0) / rows;
  const variances = zeros(k, cols);
  for (let group = 0; group < k; group++) {
    const own = 1 / (counts[group]! + SHRINKING_ROWS);
    for (let col = 0; col < cols; col++) {
      const i = group * cols + col;
      const shrunk = (squares.data[i]! + SHRINKING_ROWS * shared[col]!) * own;
      variances.data[i] = Math.max(shrunk, least);
    }
    outside[group] = Math.max((outside[group]! + SHRINKING_ROWS * sharedOutside) * own, least);
  }
  return { means, variances, residuals: outside, counts };
}

/**
 * How far a row lies from a group, where the mean row of the group has about 1.4: the root of the mean squared deviation,
 * each component in its own standard deviations, plus the squared distance to the space in its own mean. The sum of the two
 * statistics of process control, T² and Q (Yue and Qin 2001), which sees new directions as well as new values.
 *
 * @param at where the row begins in `z`
 * @param outside its squared distance to the space
 */
export function distanceTo(
  { means, variances, residuals }: GroupExtents,
  group: number,
  z: Float64Array,
  at: number,
  outside: number,
): number {
  const { cols } = means;
  const start = group * cols;
  let sum = 0;
  for (let col = 0; col < cols; col++) {
    const off = z[at + col]! - means.data[start + col]!;
    sum += (off * off) / variances.data[start + col]!;
  }
  return Math.sqrt(sum / cols + outside / residuals[group]!);
}

/** One variance for all groups and components: the mean, each group with as much weight as it has rows. */
export function sharedVariance({ variances, counts }: GroupExtents): number {
  let sum = 0;
  let weight = 0;
  for (let group = 0; group < variances.rows; group++) {
    const own = variances.data.subarray(group * variances.cols, (group + 1) * variances.cols);
    sum += counts[group]! * meanOf(own);
    weight += counts[group]!;
  }
  return sum / weight;
}

/** Some of the groups, in this order, as a copy. */
export function takeGroups(extents: GroupExtents, groups: ArrayLike<number>): GroupExtents {
  const { cols } = extents.means;
  const means = zeros(groups.length, cols);
  const variances = zeros(groups.length, cols);
  const residuals = new Float64Array(groups.length);
  const counts = new Float64Array(groups.length);
  for (let i = 0; i < groups.length; i++) {
    const from = groups[i]! * cols;
    means.data.set(extents.means.data.subarray(from, from + cols), i * cols);
    variances.data.set(extents.variances.data.subarray(from, from + cols), i * cols);
    residuals[i] = extents.residuals[groups[i]!]!;
    counts[i] = extents.counts[groups[i]!]!;
  }
  return { means, variances, residuals, counts };
}

function forEachMember(labels: Int32Array, visit: (row: number, group: number) => void): void {
  labels.forEach((group, row) => {
    if (group >= 0) visit(row, group);
  });
}

function meanOf(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
