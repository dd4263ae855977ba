import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.js';
import { DenseSymmetricMatrix } from './dense-symmetric-matrix.js';
import { largestEigenvectors } from './largest-eigenvectors.js';
import { SparseSymmetricMatrix } from './sparse-symmetric-matrix.js';
import type { SymmetricMatrix } from './symmetric-matrix.js';

function find(matrix: SymmetricMatrix, count: number, known: readonly number[] = []) {
  const support = new Uint8Array(matrix.size).fill(1);
  const random = new Random(1);
  return largestEigenvectors(matrix, { count, known: Float64Array.from(known), support, random });
}

/** The largest of: how far A·v is from λ·v, and how far the vectors are from orthonormal. */
function error(matrix: SymmetricMatrix, values: Float64Array, vectors: Float64Array): number {
  const { size } = matrix;
  const images = new Float64Array(vectors.length);
  matrix.multiply(vectors, images, 0, values.length);
  let largest = 0;
  for (let i = 0; i < vectors.length; i++)
    largest = Math.max(largest, Math.abs(images[i]! - values[Math.floor(i / size)]! * vectors[i]!));
  for (let i = 0; i < values.length; i++) {
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let n = 0; n < size; n++) dot += vectors[i * size + n]! * vectors[j * size + n]!;
      largest = Math.max(largest, Math.abs(dot - (i === j ? 1 : 0)));
    }
  }
  return largest;
}

function randomSymmetric(size: number): Float64Array {
  const random = new Random(size);
  const data = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      data[i * size + j] = random.normal() / Math.sqrt(size);
      data[j * size + i] = data[i * size + j]!;
    }
  return data;
}

/** A path: neighbours are joined. Its eigenvalues 2 cos(πj / (n + 1)) lie close together at the end. */
function path(size: number, copies = 1): SparseSymmetricMatrix {
  const rows = Array.from({ length: size * copies }, (_, i) => {
    const row = new Map<number, number>();
    if (i % size > 0) row.set(i - 1, 1);
    if (i % size < size - 1) row.set(i + 1, 1);
    return row;
  });
  return new SparseSymmetricMatrix(rows);
}

describe('largestEigenvectors', () => {
  it.each([
    { size: 5, count: 2 },
    { size: 40, count: 40 },
    { size: 60, count: 1 },
    { size: 200, count: 7 },
    { size: 300, count: 40 },
  ])('finds the $count largest of $size, as the dense solver', ({ size, count }) => {
    const data = randomSymmetric(size);
    const all = symmetricEigen({ data, rows: size, cols: size }).values.slice().reverse();
    const matrix = new DenseSymmetricMatrix(data, size);
    const { values, vectors } = find(matrix, count);
    expect(values).toHaveLength(count);
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(all[i]!, 9);
    });
    expect(error(matrix, values, vectors)).toBeLessThan(1e-7);
  });

  it('finds values that lie close together', () => {
    const matrix = path(400);
    const { values, vectors } = find(matrix, 5);
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(2 * Math.cos((Math.PI * (i + 1)) / 401), 10);
    });
    expect(error(matrix, values, vectors)).toBeLessThan(1e-7);
  });

  it('finds all copies of a multiple eigenvalue', () => {
    // More copies than vectors in a block.
    const matrix = path(60, 9);
    const { values, vectors } = find(matrix, 20);
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(2 * Math.cos((Math.PI * (1 + Math.floor(i / 9))) / 61), 9);
    });
    expect(error(matrix, values, vectors)).toBeLessThan(1e-7);
  });

  it('leaves out those that are known', () => {
    const matrix = path(80);
    const first = find(matrix, 1);
    const { values } = find(matrix, 2, [...first.vectors]);
    expect(values[0]).toBeCloseTo(2 * Math.cos((2 * Math.PI) / 81), 9);
  });

  it('gives fewer where the space has no more dimensions', () => {
    const matrix = path(6);
    expect(find(matrix, 9).values).toHaveLength(6);
    expect(find(matrix, 9, [...find(matrix, 6).vectors]).values).toHaveLength(0);
  });
});
