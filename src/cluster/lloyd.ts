import { inWorkspace } from './linear-algebra/workspace.js';
import type { Matrix, Matrix64 } from './matrix.js';
import { NearestCenters } from './nearest-centers.js';
import { Points } from './points.js';
import type { RoundedPoints } from './rounded-points.js';

export interface LloydResult {
  readonly labels: Int32Array;
  readonly centers: Matrix64;
  /** Sum of squared distances of rows to their centres. */
  readonly inertia: number;
  readonly nIter: number;
}

/**
 * Lloyd's iterations from given centres, with scikit-learn's ends: labels that don't change, or centres whose squared
 * shift is at most `shiftTolerance`. Sums are kept in 64 bits. A cluster that loses all its rows takes the row
 * farthest from its centre.
 *
 * @param start `[k, cols]`; not changed
 * @param shiftTolerance absolute, on the sum of squared shifts of all centres
 */
export function lloyd(
  points: Points,
  rounded: RoundedPoints,
  start: Matrix,
  maxIter: number,
  shiftTolerance: number,
): LloydResult {
  return inWorkspace(workspace => {
    const centers = new Points(workspace, start);
    const nearest = new NearestCenters(points, centers, rounded);
    const averages = new Averages(points, centers, nearest);
    let nIter = 0;
    while (nIter < maxIter) {
      nIter++;
      const changed = nearest.assign();
      const shift = averages.moveCenters();
      if (changed === 0 || shift <= shiftTolerance) break;
    }
    // The centres moved after the rows were assigned.
    nearest.assign();
    let inertia = 0;
    for (let row = 0; row < points.rows; row++) inertia += nearest.squaredDistance(row);
    return { labels: nearest.labels, centers: centers.matrix(), inertia, nIter };
  });
}

/**
 * Gives each row the label of its nearest centre, the first of equally near ones.
 * @param distances when given, receives the squared distance of each row to its centre
 * @returns the sum of squared distances
 */
export function assign(x: Matrix, centers: Matrix, labels: Int32Array, distances?: Float64Array): number {
  return inWorkspace(workspace => {
    const nearest = new NearestCenters(new Points(workspace, x), new Points(workspace, centers));
    nearest.assign();
    labels.set(nearest.labels);
    let inertia = 0;
    for (let row = 0; row < x.rows; row++) {
      const distance = nearest.squaredDistance(row);
      if (distances) distances[row] = distance;
      inertia += distance;
    }
    return inertia;
  });
}

/** The means of the clusters. Only those of clusters that have gained or lost rows are computed again. */
class Averages {
  readonly #points: Points;
  readonly #centers: Points;
  readonly #nearest: NearestCenters;
  readonly #sumsAt: number;
  readonly #targetsAt: number;
  readonly #sizes: Float64Array;
  readonly #shifts: Float64Array;
  /** Labels that the sums stand for; -1 where none do. */
  readonly #summed: Int32Array;
  /** Whether rows were moved that the labels don't tell of. */
  #isMoved = false;

  constructor(points: Points, centers: Points, nearest: NearestCenters) {
    const { workspace, rows, length } = points;
    this.#points = points;
    this.#centers = centers;
    this.#nearest = nearest;
    this.#sumsAt = workspace.allocate(centers.rows * length);
    this.#targetsAt = workspace.allocate(Math.ceil(rows / 2));
    this.#sizes = new Float64Array(centers.rows);
    this.#shifts = new Float64Array(centers.rows);
    this.#summed = new Int32Array(rows).fill(-1);
  }

  /** Moves the centres to the means of their rows. Gives the sum of the squared shifts. */
  moveCenters(): number {
    const { workspace, length } = this.#points;
    const k = this.#centers.rows;
    this.#sum();
    const means = workspace.doubles(this.#sumsAt, k * length).slice();
    this.#relocateEmpty(means);
    const largest = this.#sizes.indexOf(this.#sizes.reduce((a, b) => Math.max(a, b)));
    for (let center = 0; center < k; center++) {
      const size = this.#sizes[center]!;
      for (let i = center * length; size > 0 && i < (center + 1) * length; i++) means[i]! /= size;
    }
    for (let center = 0; center < k; center++) {
      // Still empty: every row lies on its centre, so there are fewer places than clusters.
      if (this.#sizes[center] === 0)
        means.copyWithin(center * length, largest * length, (largest + 1) * length);
    }
    const centers = this.#centers.view();
    let total = 0;
    for (let center = 0; center < k; center++) {
      let shift = 0;
      for (let i = center * length; i < (center + 1) * length; i++) {
        const d = means[i]! - centers[i]!;
        shift += d * d;
      }
      this.#shifts[center] = Math.sqrt(shift);
      total += shift;
    }
    centers.set(means);
    this.#nearest.follow(this.#shifts);
    return total;
  }

  /** Brings sums and sizes up to date with the labels. */
  #sum(): void {
    const { workspace, rows, length, at } = this.#points;
    const { labels } = this.#nearest;
    const k = this.#centers.rows;
    const isStale = new Uint8Array(k).fill(this.#isMoved ? 1 : 0);
    this.#isMoved = false;
    for (let row = 0; row < rows; row++) {
      const label = labels[row]!;
      const before = this.#summed[row]!;
      if (label === before) continue;
      isStale[label] = 1;
      if (before >= 0) isStale[before] = 1;
      this.#summed[row] = label;
    }
    const sums = workspace.doubles(this.#sumsAt, k * length);
    for (let center = 0; center < k; center++) {
      if (!isStale[center]) continue;
      sums.fill(0, center * length, (center + 1) * length);
      this.#sizes[center] = 0;
    }
    const targets = workspace.integers(this.#targetsAt, rows);
    for (let row = 0; row < rows; row++) {
      const label = labels[row]!;
      targets[row] = isStale[label] ? label : -1;
      if (isStale[label]) this.#sizes[label]!++;
    }
    workspace.kernels.addRows(at, rows, length, this.#targetsAt, this.#sumsAt);
  }

  /** Gives each empty cluster one of the rows that are farthest from their centres. */
  #relocateEmpty(sums: Float64Array): void {
    const sizes = this.#sizes;
    const empty = [...sizes.keys()].filter(center => sizes[center] === 0);
    if (empty.length === 0) return;
    const { rows, length } = this.#points;
    const data = this.#points.view();
    const distances = Float64Array.from({ length: rows }, (_, row) => this.#nearest.squaredDistance(row));
    const farthest = [...distances.keys()].sort((a, b) => distances[b]! - distances[a]! || a - b);
    empty.forEach((center, i) => {
      const row = farthest[i]!;
      if (distances[row] === 0) return;
      const old = this.#nearest.labels[row]!;
      for (let col = 0; col < length; col++) {
        const value = data[row * length + col]!;
        sums[old * length + col]! -= value;
        sums[center * length + col] = value;
      }
      sizes[old]!--;
      sizes[center] = 1;
    });
    // The labels don't say so: next time all are summed anew.
    this.#isMoved = true;
  }
}
