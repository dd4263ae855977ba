import type { Points } from './points.js';
import { RoundedPoints } from './rounded-points.js';

/** Bounds are trusted up to this share of the largest distance, which is far more than their rounding. */
const SLACK = 1e-12;

/**
 * Finds the nearest centre of each point again and again while the centres move, and measures few distances for it: a
 * point whose centre is nearer than all others can have come keeps it (Hamerly, "Making k-means even faster", 2010), and
 * rounded points mostly tell which centre it is else. What it finds is exact: the first of equally near centres, as if
 * all distances were measured.
 *
 * Bounds are kept as if the centres had never moved: how far each has moved in all is added when they are looked at.
 */
export class NearestCenters {
  /** -1 for points that were never asked for. */
  readonly labels: Int32Array;
  readonly #points: Points;
  readonly #centers: Points;
  readonly #rounded: RoundedPoints | null;
  readonly #roundedCenters: RoundedPoints | null;
  /** With the way of its centre, at least the distance of each point to its centre. */
  readonly #upper: Float64Array;
  /** Less the longest way, at most the distance of each point to all centres but its own. */
  readonly #others: Float64Array;
  /** How far each centre has moved in all, and the sum of the longest moves. */
  readonly #ways: Float64Array;
  #longestWay = 0;
  /** For each centre half the distance to the nearest other one. */
  readonly #leastHalf: Float64Array;
  readonly #distancesAt: number;
  #distances: Float64Array = new Float64Array(0);
  #squares: Int32Array = new Int32Array(0);
  #largest = 0;

  /**
   * @param centers are moved by the caller, who says so to {@link follow}
   * @param rounded the points; null where they are asked for only once, which is not worth the rounding
   */
  constructor(points: Points, centers: Points, rounded: RoundedPoints | null = null) {
    const { rows: k } = centers;
    this.#points = points;
    this.#centers = centers;
    this.#rounded = rounded;
    this.#roundedCenters = rounded && new RoundedPoints(centers, rounded.grid);
    this.labels = new Int32Array(points.rows).fill(-1);
    this.#upper = new Float64Array(points.rows).fill(Number.POSITIVE_INFINITY);
    this.#others = new Float64Array(points.rows);
    this.#ways = new Float64Array(k);
    this.#leastHalf = new Float64Array(k);
    this.#distancesAt = points.workspace.allocate(k);
  }

  /**
   * Labels points with their nearest centres. Gives the number of labels that changed.
   * @param rows default all
   */
  assign(rows?: Int32Array): number {
    const { workspace, rows: k } = this.#centers;
    this.#distances = workspace.doubles(this.#distancesAt, k);
    this.#squares = this.#roundedCenters?.squares() ?? this.#squares;
    this.#measureHalves();
    const { labels } = this;
    const count = rows?.length ?? labels.length;
    const slack = SLACK * (this.#largest + this.#longestWay);
    let changed = 0;
    for (let i = 0; i < count; i++) {
      const row = rows ? rows[i]! : i;
      const before = labels[row]!;
      if (before >= 0 && this.#isStillNearest(row, before, slack)) continue;
      const nearest = this.#lookAtRounded(row, slack) ?? this.#lookAtAll(row);
      if (nearest === before) continue;
      labels[row] = nearest;
      changed++;
    }
    return changed;
  }

  /** Takes note that the centres have moved by these distances. */
  follow(shifts: Float64Array): void {
    let longest = 0;
    for (let center = 0; center < shifts.length; center++) {
      this.#ways[center]! += shifts[center]!;
      if (shifts[center]! > longest) longest = shifts[center]!;
    }
    this.#longestWay += longest;
    if (longest > 0) this.#roundedCenters?.round();
  }

  /** Squared distance of a point to its centre. */
  squaredDistance(row: number): number {
    const { workspace, length } = this.#points;
    return workspace.kernels.squaredDistance(
      this.#points.addressOf(row),
      this.#centers.addressOf(this.labels[row]!),
      length,
    );
  }

  #isStillNearest(row: number, center: number, slack: number): boolean {
    const reach = this.#upper[row]! + this.#ways[center]! + slack;
    return reach < this.#others[row]! - this.#longestWay || reach < this.#leastHalf[center]!;
  }

  /** The nearest centre as far as rounded points can tell; else null. */
  #lookAtRounded(row: number, slack: number): number | null {
    const rounded = this.#rounded;
    const centers = this.#roundedCenters;
    if (!rounded || !centers) return null;
    centers.measure(rounded.addressOf(row));
    const squares = this.#squares;
    let nearest = 0;
    let least = squares[0]!;
    let second = Number.POSITIVE_INFINITY;
    for (let center = 1; center < squares.length; center++) {
      const square = squares[center]!;
      if (square < least) {
        second = least;
        least = square;
        nearest = center;
      } else if (square < second) second = square;
    }
    const off = rounded.off[row]! + centers.longestOff + slack;
    const upper = Math.sqrt(least) / rounded.grid.scale + off;
    const others = Math.sqrt(second) / rounded.grid.scale - off;
    if (!(upper < others)) return null;
    this.#keepBounds(row, nearest, upper, others);
    return nearest;
  }

  /** Measures all distances of a point. */
  #lookAtAll(row: number): number {
    const { rows: k, at } = this.#centers;
    const { workspace, length } = this.#points;
    const distances = this.#distances;
    workspace.kernels.squaredDistances(at, k, length, this.#points.addressOf(row), this.#distancesAt);
    let nearest = 0;
    let least = distances[0]!;
    let second = Number.POSITIVE_INFINITY;
    for (let center = 1; center < k; center++) {
      const distance = distances[center]!;
      if (distance < least) {
        second = least;
        least = distance;
        nearest = center;
      } else if (distance < second) second = distance;
    }
    this.#keepBounds(row, nearest, Math.sqrt(least), Math.sqrt(second));
    return nearest;
  }

  #keepBounds(row: number, nearest: number, upper: number, others: number): void {
    this.#upper[row] = upper - this.#ways[nearest]!;
    this.#others[row] = others + this.#longestWay;
    if (others < Number.POSITIVE_INFINITY && others > this.#largest) this.#largest = others;
  }

  #measureHalves(): void {
    const { workspace, length, rows: k, at } = this.#centers;
    const distances = this.#distances;
    for (let a = 0; a < k; a++) {
      workspace.kernels.squaredDistances(at, k, length, this.#centers.addressOf(a), this.#distancesAt);
      let least = Number.POSITIVE_INFINITY;
      for (let b = 0; b < k; b++) {
        const half = Math.sqrt(distances[b]!) / 2;
        if (b !== a && half < least) least = half;
      }
      this.#leastHalf[a] = least;
    }
  }
}
