import type { Random } from '../../random.js';
import { RitzSubspace } from './ritz-subspace.js';
import type { SymmetricMatrix } from './symmetric-matrix.js';

export interface EigenvectorProblem {
  /** Eigenvectors that are sought. */
  readonly count: number;
  /** Orthonormal eigenvectors that are known and not sought, one after the other. */
  readonly known: Float64Array;
  /** 1 where a vector may differ from 0: an invariant subspace of the matrix. */
  readonly support: Uint8Array;
  readonly random: Random;
}

export interface Eigenvectors {
  /** Falling. */
  readonly values: Float64Array;
  /** Orthonormal, one after the other. */
  readonly vectors: Float64Array;
}

/** Norm of A·v - λ·v of a vector that is found. */
const TOLERANCE = 1e-8;
/** The same where only the eigenvalue is of interest. */
const COARSE = 1e-3;
/** Vectors beyond those sought that outlive a cycle. */
const KEPT = 10;
/** Vectors that a cycle adds, beyond as many as are sought. */
const ADDED = 30;
/** Cycles before the subspace grows. */
const PATIENCE = 30;

/**
 * The eigenvectors of the largest eigenvalues of a symmetric matrix with eigenvalues of the order of 1.
 *
 * A search can miss copies of a multiple eigenvalue when there are more of them than vectors in a block. So a second one
 * looks at what the first left over, and whatever is larger there takes the place of the smallest.
 *
 * @returns as many as are sought, or as the space without the known ones has dimensions; found up to rounding, largest
 *   first
 */
export function largestEigenvectors(matrix: SymmetricMatrix, problem: EigenvectorProblem): Eigenvectors {
  let found = search(matrix, problem, TOLERANCE);
  if (found.values.length < problem.count || problem.count === 0) return found;
  for (;;) {
    const least = found.values.at(-1)!;
    const rest = { ...problem, count: 1, known: concatenated(problem.known, found.vectors) };
    const [hint = Number.NEGATIVE_INFINITY] = search(matrix, rest, COARSE).values;
    if (hint < least - COARSE) return found;
    const missed = search(matrix, rest, TOLERANCE);
    if (missed.values[0]! <= least + TOLERANCE) return found;
    found = inserted(found, missed);
  }
}

/**
 * Lanczos's method with thick restarts (Wu & Simon, "Thick-restart Lanczos method for large symmetric eigenvalue
 * problems", 2000), in small blocks, with all vectors kept orthogonal. When it takes long, the subspace grows: one as
 * large as the matrix is exact, so the search always ends.
 */
function search(matrix: SymmetricMatrix, problem: EigenvectorProblem, tolerance: number): Eigenvectors {
  const dimensions = problem.support.reduce((a, b) => a + b, 0) - problem.known.length / matrix.size;
  const count = Math.min(problem.count, dimensions);
  if (count <= 0) return { values: new Float64Array(0), vectors: new Float64Array(0) };
  const subspace = new RitzSubspace(matrix, problem);
  const keep = Math.min(dimensions, count + KEPT);
  let most = Math.min(dimensions, keep + count + ADDED);
  for (let cycle = 1; ; cycle++) {
    subspace.expand(most);
    const exact = subspace.dimension < most || most === dimensions;
    subspace.contract(Math.min(keep, subspace.dimension));
    if (exact || subspace.residual(count) <= tolerance) return subspace.first(count);
    if (cycle % PATIENCE === 0) most = Math.min(dimensions, 2 * most);
  }
}

/** The pairs with another one, without the smallest, largest first. */
function inserted({ values, vectors }: Eigenvectors, other: Eigenvectors): Eigenvectors {
  const count = values.length;
  const size = vectors.length / count;
  const at = values.findIndex(value => value < other.values[0]!);
  const newValues = values.slice();
  newValues.copyWithin(at + 1, at, count - 1);
  newValues[at] = other.values[0]!;
  const newVectors = vectors.slice();
  newVectors.copyWithin((at + 1) * size, at * size, (count - 1) * size);
  newVectors.set(other.vectors, at * size);
  return { values: newValues, vectors: newVectors };
}

function concatenated(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
