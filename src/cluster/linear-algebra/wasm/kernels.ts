/**
 * The inner loops of linear algebra, on 64-bit floats if nothing else is said. The `.wat` files have them with SIMD,
 * `scalar-kernels.ts` without.
 * Addresses and strides are in bytes, lengths in numbers.
 */
export interface Kernels {
  /**
   * C += A·B. A lies in panels of 4 rows, B in panels of 4 columns; in a panel the 4 numbers of one inner index stand
   * together. C is row by row, `stride` apart.
   */
  multiply(
    a: number,
    b: number,
    c: number,
    rowPanels: number,
    colPanels: number,
    inner: number,
    stride: number,
  ): void;
  /**
   * Squared distances of the 4 rows of panel `a` to those of some panels from `b` on, each summed in order of the columns.
   * Panels as above. The 4 rows of `out` are `stride` apart.
   */
  panelDistances(a: number, b: number, panels: number, cols: number, out: number, stride: number): void;
  /** Row i of panel `a` loses `shares[i][j]` times row j of some panels from `b` on; `shares` as `out` there. */
  subtractCombinations(
    a: number,
    b: number,
    panels: number,
    cols: number,
    shares: number,
    stride: number,
  ): void;
  /**
   * One sweep of plane rotations of neighbouring columns, on 8 rows at once whose 8 numbers of one column stand together.
   * Turns the columns at `at` and behind it by the cosine and sine at `turns`, then goes down to `first`.
   */
  rotate(at: number, turns: number, first: number): void;
  /** A -= v·wᵀ + w·vᵀ, then y = A·x, in one pass over A. `length` is even: rows, v, w and x end in zeros. */
  updateAndMultiply(
    a: number,
    stride: number,
    rows: number,
    length: number,
    v: number,
    w: number,
    x: number,
    y: number,
  ): void;
  /** `out[i] = |row i - point|²` for `count` ≥ 1 rows of `length` numbers, a multiple of 4: they end in zeros. */
  squaredDistances(rows: number, count: number, length: number, point: number, out: number): void;
  /** |a - b|² of two points, added in the same order. */
  squaredDistance(a: number, b: number, length: number): number;
  /**
   * Adds each row to one of the `sums`, which are `length` apart: the one that its label, a 32-bit integer, names. Rows
   * with a label below 0 are left out.
   */
  addRows(rows: number, count: number, length: number, labels: number, sums: number): void;
  /**
   * Squared distances of row `a` to those of some panels from `b` on, all of 16-bit integers, as 32-bit integers, to `out`.
   * A panel holds 4 rows: the same 8 columns of each stand together. `length` is a multiple of 8.
   */
  roundedDistances(a: number, b: number, panels: number, length: number, out: number): void;
  /** `out[i]` = the sum of weight · (row i - point)² over the columns, for an even `count`; else as `squaredDistances`. */
  weightedDistances(
    rows: number,
    count: number,
    length: number,
    point: number,
    weights: number,
    out: number,
  ): void;
  /**
   * For each row x of A the squared length of x·B + c, where B is upper triangular. A lies in panels of 4 rows as above,
   * B in panels of 4 columns that end with the diagonal: 4 inner indices, then 8 and so on to `inner`, a multiple of 4.
   * A panel of rows whose lengths are all above their `limits` is left: what it has then stands for "above".
   */
  squaredLengths(
    a: number,
    b: number,
    c: number,
    rowPanels: number,
    inner: number,
    limits: number,
    out: number,
  ): void;
  /** `sums` += weight · row, for each of `count` ≥ 1 rows with a weight that is not 0. `length` as above. */
  addWeighted(rows: number, count: number, length: number, weights: number, sums: number): void;
  /** `sums` += weight · (row - point)², in each column. */
  addWeightedSquares(
    rows: number,
    count: number,
    length: number,
    weights: number,
    point: number,
    sums: number,
  ): void;
  /**
   * Turns inner products of rows with one row into squared distances, in place: `square` is that of its length, `squares`
   * are those of theirs. Gives 1 if each is above `least · (square + squares[i])`, else 0. `count` is even.
   */
  squaresFromProducts(
    products: number,
    squares: number,
    count: number,
    square: number,
    least: number,
  ): number;
  /** Adds the root of each of `count` squares, an even number, to the sum in the same place. Gives their total. */
  addRoots(squares: number, count: number, sums: number): number;
}
