import { nearestNeighbours } from '../distances/nearest-neighbours.js';
import { RowDistances, tooFarApart } from '../distances/row-distances.js';
import { GROUP } from '../distances/row-groups.js';
import type { Matrix } from '../matrix.js';
import { DenseSymmetricMatrix } from './dense-symmetric-matrix.js';
import { SparseSymmetricMatrix } from './sparse-symmetric-matrix.js';
import type { SymmetricMatrix } from './symmetric-matrix.js';

// How alike the rows of a matrix are, from 0. A row's weight to itself is left out: it plays no part in a cut.

/**
 * exp(-gamma · d²) for all pairs of rows at distance d: 8 n² bytes.
 * @throws PlantsenseError MATRIX_INVALID when numbers are so large that a distance isn't finite
 */
export function rbfAffinity(x: Matrix, gamma: number): SymmetricMatrix {
  const { rows } = x;
  const weights = new Float64Array(rows * rows);
  const distances = new RowDistances(x);
  for (let group = 0; group < distances.groups; group++) {
    const strip = distances.squared(group, group);
    const end = Math.min(GROUP * (group + 1), rows);
    for (let i = GROUP * group; i < end; i++) {
      const start = (i % GROUP) * distances.stride;
      for (let j = i + 1; j < rows; j++) {
        const square = strip[start + j]!;
        if (square === Number.POSITIVE_INFINITY) throw tooFarApart();
        const weight = Math.exp(-gamma * square);
        weights[i * rows + j] = weight;
        weights[j * rows + i] = weight;
      }
    }
  }
  return new DenseSymmetricMatrix(weights, rows);
}

/**
 * 1 for two rows of which each is among the nearest of the other, ½ where only one is, 0 else.
 * @param nNeighbors the row itself counts, as in scikit-learn; all rows when there are no more than that
 */
export function neighbourAffinity(x: Matrix, nNeighbors: number): SymmetricMatrix {
  const count = Math.min(nNeighbors, x.rows) - 1;
  const neighbours = nearestNeighbours(x, count);
  const weights: Map<number, number>[] = Array.from({ length: x.rows }, () => new Map());
  for (let i = 0; i < x.rows * count; i++) {
    const row = Math.floor(i / count);
    const other = neighbours[i]!;
    weights[row]!.set(other, (weights[row]!.get(other) ?? 0) + 0.5);
    weights[other]!.set(row, (weights[other]!.get(row) ?? 0) + 0.5);
  }
  return new SparseSymmetricMatrix(weights);
}
