import type { Points } from './points.js';

/** Of a rounded point at most, so that squared distances of two of them fit 31 bits. */
const LONGEST = 2 ** 14;

/** What adding up to a length in 64 bits may be wrong by, as a share; far more than it is. */
const ROUNDING = 1e-12;

/** Added to a smaller number, it leaves no digits behind the point. */
const ROUNDER = 1.5 * 2 ** 52;

/** What points are rounded to: integer multiples of a unit about a centre. */
interface Grid {
  /** The mean of the points, and where the kernels find it. */
  readonly center: Float64Array;
  readonly centerAt: number;
  /** Mean over the columns of their variance. */
  readonly meanVariance: number;
  /** Units in 1; 0 where numbers are too large or too small for any. */
  readonly scale: number;
  /** Squared distance to the centre that a point may have. */
  readonly mostSquare: number;
  /** At least what differences in 64 bits are wrong by. */
  readonly slack: number;
}

/**
 * Points rounded to 16-bit integers. Distances of these take a fraction of the time, and they differ from the true ones
 * by no more than what was rounded off: where that decides which points are too far away, only few distances have to be
 * measured exactly, and the result is the same.
 */
export class RoundedPoints {
  /** For each point, the length of what was rounded off; infinite where it lies outside the grid. */
  readonly off: Float64Array;
  /** The longest of these. */
  longestOff = 0;
  readonly grid: Grid;
  readonly #points: Points;
  readonly #length: number;
  readonly #at: number;
  readonly #squaresAt: number;

  /**
   * Takes memory of the workspace of the points.
   * @param grid where distances to other points are wanted: theirs
   */
  constructor(points: Points, grid?: Grid) {
    const { workspace, rows, cols } = points;
    this.#points = points;
    this.off = new Float64Array(rows);
    this.#length = (cols + 7) & ~7;
    const panels = Math.ceil(rows / 4);
    this.#at = workspace.allocate(panels * this.#length);
    this.#squaresAt = workspace.allocate(4 * panels);
    const centerAt = grid?.centerAt ?? workspace.allocate(points.length);
    workspace.shorts(this.#at, 4 * panels * this.#length).fill(0);
    this.grid = grid ?? this.#finestGrid(centerAt);
    this.round();
  }

  /** Where a rounded point is, for {@link measure}. */
  addressOf(row: number): number {
    return this.#at + 8 * this.#length * (row >> 2) + 16 * (row & 3);
  }

  /** Measures a rounded point of the same grid to all of these from row `from` on. */
  measure(address: number, from = 0): void {
    const { workspace, rows } = this.#points;
    const first = from >> 2;
    workspace.kernels.roundedDistances(
      address,
      this.#at + 8 * this.#length * first,
      ((rows + 3) >> 2) - first,
      this.#length,
      this.#squaresAt + 16 * first,
    );
  }

  /** The squared distances that {@link measure} gives, by row and in units: a view, until something is allocated. */
  squares(): Int32Array {
    return this.#points.workspace.integers(this.#squaresAt, this.#points.rows);
  }

  /** Where {@link measure} of any of these points gives this or more, its true distance to `row` is not below `distance`. */
  limit(row: number, distance: number): number {
    if (this.grid.scale === 0) return Number.POSITIVE_INFINITY;
    const most = this.grid.scale * (distance + this.off[row]! + this.longestOff);
    return most * most * (1 + ROUNDING);
  }

  /** Takes note that the points have moved. */
  round(): void {
    const { workspace, rows, cols, length } = this.#points;
    const { center, scale, mostSquare, slack } = this.grid;
    const data = this.#points.view();
    const out = workspace.shorts(this.#at, 4 * Math.ceil(rows / 4) * this.#length);
    const squares = this.#distancesTo(this.grid.centerAt);
    this.longestOff = 0;
    for (let row = 0; row < rows; row++) {
      let lost = 0;
      let from = row * length;
      let to = (this.addressOf(row) - this.#at) / 2;
      for (let col = 0; col < cols; col++) {
        const exact = scale * (data[from++]! - center[col]!);
        const rounded = exact + ROUNDER - ROUNDER;
        out[to] = rounded;
        lost += (exact - rounded) * (exact - rounded);
        // The next 8 columns stand behind those of 3 other rows.
        to += (col & 7) === 7 ? 25 : 1;
      }
      const isInside = scale > 0 && squares[row]! <= mostSquare;
      const off = isInside ? Math.sqrt(lost) / scale + slack : Number.POSITIVE_INFINITY;
      this.off[row] = off;
      if (off > this.longestOff) this.longestOff = off;
    }
  }

  #finestGrid(centerAt: number): Grid {
    const { workspace, rows, cols, length, at } = this.#points;
    const padded = workspace.doubles(centerAt, length).fill(0);
    // All of one label: their sum.
    workspace.integers(this.#squaresAt, rows).fill(0);
    workspace.kernels.addRows(at, rows, length, this.#squaresAt, centerAt);
    for (let col = 0; col < cols; col++) padded[col]! /= rows;
    const center = padded.slice(0, cols);
    let longest = 0;
    let sum = 0;
    for (const square of this.#distancesTo(centerAt)) {
      sum += square;
      if (!(square <= longest)) longest = square;
    }
    const radius = Math.sqrt(longest);
    // Half a unit is rounded off in each column at most.
    const scale = (LONGEST - Math.sqrt(cols)) / radius;
    const farthest = center.reduce((most, value) => Math.max(most, Math.abs(value)), radius);
    return {
      center,
      centerAt,
      meanVariance: sum / rows / cols,
      scale: scale > 0 && scale < Number.POSITIVE_INFINITY ? scale : 0,
      mostSquare: longest * (1 + ROUNDING),
      slack: ROUNDING * radius + 8 * Number.EPSILON * Math.sqrt(cols) * farthest,
    };
  }

  /** Exact squared distances of the points to an unrounded one: a view. */
  #distancesTo(address: number): Float64Array {
    const { workspace, rows, length, at } = this.#points;
    workspace.kernels.squaredDistances(at, rows, length, address, this.#squaresAt);
    return workspace.doubles(this.#squaresAt, rows);
  }
}
