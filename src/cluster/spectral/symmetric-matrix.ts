/** A square symmetric matrix, as the eigenvectors of a graph need it: the weights of its edges, 0 where there is none. */
export interface SymmetricMatrix {
  readonly size: number;
  rowSums(): Float64Array;
  /** Multiplies each element (i, j) by `factors[i] * factors[j]`. */
  scale(factors: Float64Array): void;
  /**
   * The products with several vectors, each `size` numbers that stand together.
   * @param from the first number of the first vector in `vectors`; its product starts there in `out`
   */
  multiply(vectors: Float64Array, out: Float64Array, from: number, count: number): void;
  /** Calls back for each column of a row that isn't 0. */
  forEachInRow(row: number, visit: (col: number) => void): void;
}
