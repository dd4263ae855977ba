import { condensedStart } from '../distances/condensed-distances.js';
import { type MergeTree, mergeTree } from './merge-tree.js';

/**
 * Single linkage: the edges of the minimum spanning tree, the shortest first, are its merges (Gower & Ross 1969). The
 * tree grows from row 0 (Prim 1957), with scikit-learn's choice among equals.
 *
 * @param distances condensed, of `rows` rows
 */
export function minimumSpanningTree(distances: Float64Array, rows: number): MergeTree {
  const left = new Int32Array(rows - 1);
  const right = new Int32Array(rows - 1);
  const heights = new Float64Array(rows - 1);
  const starts = Float64Array.from({ length: rows }, (_, i) => condensedStart(rows, i));
  // Distance of each row outside to the tree; NaN inside, where no comparison holds.
  const toTree = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  let current = 0;
  for (let step = 0; step < rows - 1; step++) {
    toTree[current] = Number.NaN;
    const start = starts[current]!;
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let row = 0; row < rows; row++) {
      if (row === current) continue;
      const distance = distances[row > current ? start + row : starts[row]! + current]!;
      if (distance < toTree[row]!) toTree[row] = distance;
      if (toTree[row]! < least) {
        least = toTree[row]!;
        nearest = row;
      }
    }
    left[step] = current;
    right[step] = nearest;
    heights[step] = least;
    current = nearest;
  }
  return mergeTree({ left, right, distances: heights }, false);
}
