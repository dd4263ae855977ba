import type { Random } from '../random.js';
import type { Matrix, Matrix64 } from './matrix.js';
import { NearestCenters } from './nearest-centers.js';
import { Points } from './points.js';
import type { RoundedPoints } from './rounded-points.js';

/** All that the next batch needs: plain values, which can be stored. */
export interface MiniBatchState {
  /** `[nClusters, nFeatures]` */
  readonly clusterCenters: Matrix64;
  /** Rows that each centre was given so far. */
  readonly counts: Float64Array;
  /** Rows since small centres were looked for. */
  readonly nSinceLastReassign: number;
  /** Batches so far. */
  readonly nSteps: number;
}

/** Rows for each centre between two looks for small ones. */
const ROWS_TO_REASSIGN = 10;

/** Of a batch, at most this share becomes new centres. */
const MOST_REASSIGNED = 0.5;

/** The state before the first batch. */
export function freshState(centers: Matrix): MiniBatchState {
  const clusterCenters = { ...centers, data: Float64Array.from(centers.data) };
  return { clusterCenters, counts: new Float64Array(centers.rows), nSinceLastReassign: 0, nSteps: 0 };
}

/** Centres that learn from batches of points (Sculley, "Web-scale k-means clustering", 2010). */
export class MiniBatchSteps {
  readonly #points: Points;
  readonly #centers: Points;
  readonly #nearest: NearestCenters;
  readonly #labelAt: number;
  readonly #counts: Float64Array;
  readonly #reassignmentRatio: number;
  #nSinceLastReassign: number;
  #nSteps: number;

  /**
   * @param state left as it is
   * @param reassignmentRatio of the largest count: centres with less are moved
   * @param rounded the points, when there are many batches
   */
  constructor(
    points: Points,
    state: MiniBatchState,
    reassignmentRatio: number,
    rounded: RoundedPoints | null = null,
  ) {
    this.#points = points;
    this.#centers = new Points(points.workspace, state.clusterCenters);
    this.#nearest = new NearestCenters(points, this.#centers, rounded);
    this.#labelAt = points.workspace.allocate(1);
    this.#counts = state.counts.slice();
    this.#reassignmentRatio = reassignmentRatio;
    this.#nSinceLastReassign = state.nSinceLastReassign;
    this.#nSteps = state.nSteps;
  }

  get state(): MiniBatchState {
    return {
      clusterCenters: this.#centers.matrix(),
      counts: this.#counts.slice(),
      nSinceLastReassign: this.#nSinceLastReassign,
      nSteps: this.#nSteps,
    };
  }

  /**
   * Learns from a batch of points, which may come twice in it.
   * @returns sum of squared distances of the batch to the centres as they were, and the squared shift of all centres
   */
  step(batch: Int32Array, random: Random): { readonly inertia: number; readonly shift: number } {
    const counts = this.#counts;
    const k = counts.length;
    const before = this.#centers.view().slice();
    this.#nSinceLastReassign += batch.length;
    const reassigns = this.#nSinceLastReassign >= ROWS_TO_REASSIGN * k || counts.includes(0);
    this.#nearest.assign(batch);
    let inertia = 0;
    for (const row of batch) inertia += this.#nearest.squaredDistance(row);
    this.#move(batch);
    if (reassigns) {
      this.#nSinceLastReassign = 0;
      this.#reassignSmall(batch, random);
    }
    this.#nSteps++;
    return { inertia, shift: this.#follow(before) };
  }

  /** The labels of all points by the centres as they are, and the sum of their squared distances. */
  assignAll(): { readonly labels: Int32Array; readonly inertia: number } {
    this.#nearest.assign();
    const { labels } = this.#nearest;
    let inertia = 0;
    for (let row = 0; row < labels.length; row++) inertia += this.#nearest.squaredDistance(row);
    return { labels, inertia };
  }

  /** Moves each centre towards its rows: it stays the mean of all rows that it was given so far. */
  #move(batch: Int32Array): void {
    const { workspace, length } = this.#points;
    const { labels } = this.#nearest;
    const counts = this.#counts;
    const added = new Float64Array(counts.length);
    for (const row of batch) added[labels[row]!]!++;
    const sums = this.#centers.view();
    const scale = (factor: (center: number) => number) => {
      added.forEach((count, center) => {
        if (count === 0) return;
        const by = factor(center);
        for (let i = center * length; i < (center + 1) * length; i++) sums[i]! *= by;
      });
    };
    scale(center => counts[center]!);
    const label = workspace.integers(this.#labelAt, 1);
    for (const row of batch) {
      label[0] = labels[row]!;
      workspace.kernels.addRows(this.#points.addressOf(row), 1, length, this.#labelAt, this.#centers.at);
    }
    for (let center = 0; center < counts.length; center++) counts[center]! += added[center]!;
    scale(center => 1 / counts[center]!);
  }

  /**
   * Puts centres that were given next to nothing onto rows of the batch drawn at random. They get the count of the
   * smallest other centre, so that they aren't moved again at once; this makes them slower too, as in scikit-learn.
   */
  #reassignSmall(batch: Int32Array, random: Random): void {
    const counts = this.#counts;
    const limit = this.#reassignmentRatio * counts.reduce((a, b) => Math.max(a, b));
    const rising = [...counts.keys()].sort((a, b) => counts[a]! - counts[b]! || a - b);
    const most = Math.floor(MOST_REASSIGNED * batch.length);
    const moved = rising.filter(center => counts[center]! < limit).slice(0, most);
    const smallestOther = rising[moved.length];
    if (moved.length === 0 || smallestOther === undefined) return;
    const drawn = random.shuffle(Int32Array.from({ length: batch.length }, (_, i) => i));
    const points = this.#points.view();
    const { length } = this.#points;
    moved.forEach((center, i) => {
      const from = batch[drawn[i]!]! * length;
      this.#centers.view().set(points.subarray(from, from + length), center * length);
      counts[center] = counts[smallestOther]!;
    });
  }

  /** Tells how far the centres have moved. Gives the sum of the squares. */
  #follow(before: Float64Array): number {
    const { length } = this.#points;
    const centers = this.#centers.view();
    let total = 0;
    const shifts = this.#counts.map((_, center) => {
      let square = 0;
      for (let i = center * length; i < (center + 1) * length; i++) {
        const d = centers[i]! - before[i]!;
        square += d * d;
      }
      total += square;
      return Math.sqrt(square);
    });
    this.#nearest.follow(shifts);
    return total;
  }
}
