import type { Random } from '../../random.js';
import { GROUP } from '../distances/row-groups.js';
import { mirrorLower, multiply, multiplyTransposed } from '../linear-algebra/products.js';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.js';
import { type Matrix64, zeros } from '../matrix.js';
import type { EigenvectorProblem, Eigenvectors } from './largest-eigenvectors.js';
import { OrthonormalRows } from './orthonormal-rows.js';
import type { SymmetricMatrix } from './symmetric-matrix.js';

/** Vectors that are multiplied with the matrix together. */
const BLOCK = 4;
/** What rounding leaves of a vector that lies in the subspace already, relative to its length. */
const NOTHING = 1e-10;

/**
 * A subspace in which eigenvectors of a symmetric matrix are sought: an orthonormal basis, its images under the matrix,
 * and the matrix seen from within. Vectors are rows.
 */
export class RitzSubspace {
  readonly #matrix: SymmetricMatrix;
  /** The known vectors, and the basis. */
  readonly #orthonormal: OrthonormalRows;
  readonly #knownCount: number;
  readonly #support: Uint8Array;
  readonly #random: Random;
  readonly #size: number;
  #basis: Float64Array = new Float64Array(0);
  #images: Float64Array = new Float64Array(0);
  #dimension = 0;
  /** After a contraction: the eigenvalues of the matrix seen from within. */
  #values: Float64Array = new Float64Array(0);

  constructor(matrix: SymmetricMatrix, { known, support, random }: EigenvectorProblem) {
    this.#matrix = matrix;
    this.#orthonormal = new OrthonormalRows(matrix.size);
    this.#orthonormal.add(known);
    this.#knownCount = this.#orthonormal.count;
    this.#support = support;
    this.#random = random;
    this.#size = matrix.size;
  }

  get dimension(): number {
    return this.#dimension;
  }

  /** Adds images of what was added before, up to `most` dimensions or until there is no other direction left. */
  expand(most: number): void {
    this.#reserve(most);
    const size = this.#size;
    let next = this.#dimension === 0 ? this.#randomVectors(BLOCK) : this.#residuals();
    while (this.#dimension < most) {
      const start = this.#dimension;
      this.#append(next, most);
      // Rounding may have left nothing of all of them.
      if (this.#dimension === start) this.#append(this.#randomVectors(1), most);
      if (this.#dimension === start) return;
      this.#matrix.multiply(this.#basis, this.#images, start * size, this.#dimension - start);
      next = this.#images.slice(start * size, this.#dimension * size);
    }
  }

  /** Keeps the `keep` best approximations to eigenvectors of the largest eigenvalues, the largest first. */
  contract(keep: number): void {
    const m = this.#dimension;
    const size = this.#size;
    const { values, vectors } = symmetricEigen(this.#seenFromWithin());
    const turn = zeros(keep, m);
    for (let i = 0; i < keep; i++)
      for (let j = 0; j < m; j++) turn.data[i * m + j] = vectors.data[j * m + (m - 1 - i)]!;
    this.#basis.set(multiply(turn, asMatrix(this.#basis, m, size)).data);
    this.#images.set(multiply(turn, asMatrix(this.#images, m, size)).data);
    this.#values = Float64Array.from({ length: keep }, (_, i) => values[m - 1 - i]!);
    this.#dimension = keep;
    this.#orthonormal.truncate(this.#knownCount);
    this.#orthonormal.add(this.#basis.subarray(0, keep * size));
  }

  /** After a contraction: the largest norm of A·v - λ·v of the first vectors. */
  residual(count: number): number {
    let largest = 0;
    for (let i = 0; i < count; i++) largest = Math.max(largest, norm(this.#residual(i)));
    return largest;
  }

  /** After a contraction: the first vectors. */
  first(count: number): Eigenvectors {
    return { values: this.#values.slice(0, count), vectors: this.#basis.slice(0, count * this.#size) };
  }

  /** The residuals of all vectors lie in a space of few dimensions: those of the last ones span it as any. */
  #residuals(): Float64Array {
    const count = Math.min(BLOCK, this.#dimension);
    const residuals = new Float64Array(count * this.#size);
    for (let i = 0; i < count; i++) residuals.set(this.#residual(this.#dimension - 1 - i), i * this.#size);
    return residuals;
  }

  #residual(i: number): Float64Array {
    const vector = row(this.#basis, i, this.#size);
    return row(this.#images, i, this.#size).map((image, j) => image - this.#values[i]! * vector[j]!);
  }

  #randomVectors(count: number): Float64Array {
    const vectors = new Float64Array(count * this.#size);
    return vectors.map((_, i) => (this.#support[i % this.#size] ? this.#random.normal() : 0));
  }

  /** Adds the parts of vectors that are new, up to `most` dimensions. */
  #append(vectors: Float64Array, most: number): void {
    const size = this.#size;
    const count = vectors.length / size;
    const lengths = Float64Array.from({ length: count }, (_, i) => norm(row(vectors, i, size)));
    for (let start = 0; start < count; start += GROUP) {
      const some = vectors.subarray(start * size, Math.min(count, start + GROUP) * size);
      // The second time takes out what rounding left the first time.
      this.#orthonormal.subtractFrom(some);
      this.#orthonormal.subtractFrom(some);
    }
    const before = this.#dimension;
    for (let i = 0; i < count && this.#dimension < most; i++) {
      const vector = row(vectors, i, size);
      const whole = norm(vector);
      for (let j = before; j < this.#dimension; j++) subtractShare(vector, row(this.#basis, j, size));
      // Where little is left of it, rounding weighs more: once more against all.
      if (norm(vector) < whole / 2) this.#orthonormal.subtractFrom(vector);
      const left = norm(vector);
      if (!(left > NOTHING * lengths[i]!)) continue;
      for (let j = 0; j < size; j++) vector[j]! /= left;
      this.#basis.set(vector, this.#dimension * size);
      this.#orthonormal.add(vector);
      this.#dimension++;
    }
  }

  /** Vᵀ·A·V. */
  #seenFromWithin(): Matrix64 {
    const m = this.#dimension;
    const inside = multiplyTransposed(
      asMatrix(this.#basis, m, this.#size),
      asMatrix(this.#images, m, this.#size),
    );
    mirrorLower(inside);
    return inside;
  }

  #reserve(dimension: number): void {
    const length = dimension * this.#size;
    if (this.#basis.length >= length) return;
    const [basis, images] = [this.#basis, this.#images];
    this.#basis = new Float64Array(length);
    this.#basis.set(basis);
    this.#images = new Float64Array(length);
    this.#images.set(images);
  }
}

function row(vectors: Float64Array, i: number, size: number): Float64Array {
  return vectors.subarray(i * size, (i + 1) * size);
}

function asMatrix(vectors: Float64Array, rows: number, size: number): Matrix64 {
  return { data: vectors.subarray(0, rows * size), rows, cols: size };
}

function norm(vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  return Math.sqrt(sum);
}

/** Takes out of a vector what lies along a unit vector. */
function subtractShare(vector: Float64Array, unit: Float64Array): void {
  let share = 0;
  for (let i = 0; i < vector.length; i++) share += vector[i]! * unit[i]!;
  for (let i = 0; i < vector.length; i++) vector[i]! -= share * unit[i]!;
}
