import type { Points } from './points.js';

/** Half a gigabyte of bounds on single centres. */
const MOST_BOUNDS = 2 ** 26;

/** Where points have no more numbers, measuring a distance costs less than looking after a bound on it. */
const SHORT = 128;

/** Bounds are trusted up to this share of the largest distance, which is far more than their rounding. */
const SLACK = 1e-12;

/** More than this part of the centres is measured all at once. */
const MANY = 4;

/**
 * Finds the nearest centre of each point again and again while the centres move, and measures few distances for it
 * (Elkan, "Using the triangle inequality to accelerate k-means", 2003; with the bound on all other centres at once of
 * Hamerly 2010). What it finds is exact: the first of equally near centres, as if all distances were measured.
 *
 * Bounds are kept as if the centres had never moved: how far each has moved in all is added when they are looked at.
 */
export class NearestCenters {
  readonly labels: Int32Array;
  readonly #points: Points;
  readonly #centers: Points;
  /** With the way of its centre, at least the distance of each point to its centre. */
  readonly #upper: Float64Array;
  /** Less the way of the centre, at most the distance of each point to each centre, `[rows, k]`. Null: not kept. */
  readonly #lower: Float64Array | null;
  /** Less the longest way, at most the distance of each point to all centres but its own. */
  readonly #others: Float64Array;
  /** How far each centre has moved in all, and the sum of the longest moves. */
  readonly #ways: Float64Array;
  #longestWay = 0;
  /** Half the distances between centres, `[k, k]`, and for each centre the least of them. */
  readonly #halves: Float64Array;
  readonly #leastHalf: Float64Array;
  readonly #distancesAt: number;
  #distances: Float64Array = new Float64Array(0);
  #isFirst = true;
  #largest = 0;

  /**
   * @param centers are moved by the caller, who says so to {@link follow}
   * @param mostBounds bounds on single centres that may be kept; when there would be more, there are none
   */
  constructor(points: Points, centers: Points, mostBounds = points.length > SHORT ? MOST_BOUNDS : 0) {
    const { rows: k } = centers;
    this.#points = points;
    this.#centers = centers;
    this.labels = new Int32Array(points.rows).fill(-1);
    this.#upper = new Float64Array(points.rows);
    this.#lower = points.rows * k <= mostBounds ? new Float64Array(points.rows * k) : null;
    this.#others = new Float64Array(points.rows);
    this.#ways = new Float64Array(k);
    this.#halves = new Float64Array(k * k);
    this.#leastHalf = new Float64Array(k);
    this.#distancesAt = points.workspace.allocate(k);
  }

  /** Labels each point with its nearest centre. Gives the number of labels that changed. */
  assign(): number {
    const { workspace, rows: k } = this.#centers;
    this.#distances = workspace.doubles(this.#distancesAt, k);
    return this.#isFirst ? this.#assignAll() : this.#assignByBounds();
  }

  /** Takes note that the centres have moved by these distances. */
  follow(shifts: Float64Array): void {
    let longest = 0;
    for (let center = 0; center < shifts.length; center++) {
      this.#ways[center]! += shifts[center]!;
      if (shifts[center]! > longest) longest = shifts[center]!;
    }
    this.#longestWay += longest;
  }

  /** Squared distance of a point to its centre. */
  squaredDistance(row: number): number {
    return this.#measure(row, this.labels[row]!);
  }

  #measure(row: number, center: number): number {
    const { workspace, length } = this.#points;
    return workspace.kernels.squaredDistance(
      this.#points.addressOf(row),
      this.#centers.addressOf(center),
      length,
    );
  }

  #assignAll(): number {
    const { labels } = this;
    let changed = 0;
    for (let row = 0; row < labels.length; row++) {
      const nearest = this.#lookAtAll(row);
      if (labels[row] === nearest) continue;
      labels[row] = nearest;
      changed++;
    }
    this.#isFirst = false;
    return changed;
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
    const ways = this.#ways;
    this.#upper[row] = Math.sqrt(least) - ways[nearest]!;
    this.#others[row] = Math.sqrt(second) + this.#longestWay;
    if (k > 1) this.#largest = Math.max(this.#largest, Math.sqrt(second));
    const lower = this.#lower;
    if (!lower) return nearest;
    for (let center = 0; center < k; center++) {
      const distance = Math.sqrt(distances[center]!);
      lower[row * k + center] = distance + ways[center]!;
      if (distance > this.#largest) this.#largest = distance;
    }
    return nearest;
  }

  #assignByBounds(): number {
    const { labels } = this;
    const [upper, others, ways, leastHalf] = [this.#upper, this.#others, this.#ways, this.#leastHalf];
    const longestWay = this.#longestWay;
    const slack = SLACK * (this.#largest + longestWay);
    this.#measureHalves();
    let changed = 0;
    for (let row = 0; row < labels.length; row++) {
      const before = labels[row]!;
      const reach = upper[row]! + ways[before]! + slack;
      if (reach < others[row]! - longestWay || reach < leastHalf[before]!) continue;
      const nearest = this.#look(row, before, slack);
      if (nearest === before) continue;
      labels[row] = nearest;
      changed++;
    }
    return changed;
  }

  /** The nearest centre of a point that may have left its own. */
  #look(row: number, before: number, slack: number): number {
    const k = this.#centers.rows;
    const ways = this.#ways;
    const halves = this.#halves;
    let least = this.#measure(row, before);
    let reach = Math.sqrt(least) + slack;
    this.#upper[row] = reach - slack - ways[before]!;
    if (reach < this.#others[row]! - this.#longestWay || reach < this.#leastHalf[before]!) return before;
    const lower = this.#lower;
    if (!lower) return this.#lookAtAll(row);

    lower[row * k + before] = reach - slack + ways[before]!;
    let near = 0;
    for (let center = 0; center < k; center++)
      if (!(reach < lower[row * k + center]! - ways[center]! || reach < halves[before * k + center]!)) near++;
    // Many distances at once cost less than each alone.
    if (near * MANY > k) return this.#lookAtAll(row);

    let nearest = before;
    let second = Number.POSITIVE_INFINITY;
    for (let center = 0; center < k; center++) {
      if (center === before) continue;
      let bound = lower[row * k + center]! - ways[center]!;
      if (!(reach < bound || reach < halves[nearest * k + center]!)) {
        const squared = this.#measure(row, center);
        bound = Math.sqrt(squared);
        lower[row * k + center] = bound + ways[center]!;
        if (squared < least || (squared === least && center < nearest)) {
          // The one that was nearest is another one now.
          second = Math.min(second, reach - slack);
          nearest = center;
          least = squared;
          reach = bound + slack;
          continue;
        }
      }
      if (bound < second) second = bound;
    }
    this.#upper[row] = reach - slack - ways[nearest]!;
    this.#others[row] = second + this.#longestWay;
    return nearest;
  }

  #measureHalves(): void {
    const { workspace, length, rows: k, at } = this.#centers;
    const distances = this.#distances;
    for (let a = 0; a < k; a++) {
      workspace.kernels.squaredDistances(at, k, length, this.#centers.addressOf(a), this.#distancesAt);
      let least = Number.POSITIVE_INFINITY;
      for (let b = 0; b < k; b++) {
        const half = Math.sqrt(distances[b]!) / 2;
        this.#halves[a * k + b] = half;
        if (b !== a && half < least) least = half;
      }
      this.#leastHalf[a] = least;
    }
  }
}
