import { condensedStart } from '../distances/condensed-distances.js';
import { type MergeTree, mergeTree } from './merge-tree.js';

/** How far a new cluster is from the others. */
export type ChainLinkage = 'ward' | 'complete' | 'average';

/** Distance of cluster i to the union of x and y, from the three distances and sizes (Lance & Williams 1967). */
type Update = (dXi: number, dYi: number, dXy: number, sizeX: number, sizeY: number, sizeI: number) => number;

// Terms and their order are SciPy's: another order rounds otherwise, and breaks ties otherwise.
const UPDATES: Readonly<Record<ChainLinkage, Update>> = {
  ward: (dXi, dYi, dXy, sizeX, sizeY, sizeI) => {
    const t = 1 / (sizeX + sizeY + sizeI);
    return Math.sqrt(
      (sizeI + sizeX) * t * dXi * dXi + (sizeI + sizeY) * t * dYi * dYi - sizeI * t * dXy * dXy,
    );
  },
  complete: (dXi, dYi) => Math.max(dXi, dYi),
  average: (dXi, dYi, _dXy, sizeX, sizeY) => (sizeX * dXi + sizeY * dYi) / (sizeX + sizeY),
};

/**
 * Hierarchical clustering by chains of nearest neighbours, which end in two clusters that are nearest to each other
 * (Müllner, "Modern hierarchical, agglomerative clustering algorithms", 2011): n² time, with SciPy's choice among equals.
 *
 * @param distances condensed, of `rows` rows; overwritten
 */
export function nearestNeighbourChain(
  distances: Float64Array,
  rows: number,
  linkage: ChainLinkage,
): MergeTree {
  const update = UPDATES[linkage];
  const left = new Int32Array(rows - 1);
  const right = new Int32Array(rows - 1);
  const heights = new Float64Array(rows - 1);
  const starts = Float64Array.from({ length: rows }, (_, i) => condensedStart(rows, i));
  const sizes = new Float64Array(rows).fill(1);
  // Clusters that are left, by their last row; a dropped one is passed over without a look.
  const active = Int32Array.from({ length: rows }, (_, i) => i);
  let activeCount = rows;
  const chain = new Int32Array(rows);
  let length = 0;

  for (let step = 0; step < rows - 1; step++) {
    if (length === 0) chain[length++] = active[0]!;
    let x: number;
    let y: number;
    let least: number;
    for (;;) {
      x = chain[length - 1]!;
      // The one before wins against equals, or the chain could run in circles.
      y = length > 1 ? chain[length - 2]! : -1;
      least = y < 0 ? Number.POSITIVE_INFINITY : distances[place(starts, x, y)]!;
      const start = starts[x]!;
      for (let a = 0; a < activeCount; a++) {
        const i = active[a]!;
        if (i === x) continue;
        const distance = distances[i > x ? start + i : starts[i]! + x]!;
        if (distance < least) {
          least = distance;
          y = i;
        }
      }
      if (length > 1 && y === chain[length - 2]) break;
      chain[length++] = y;
    }
    length -= 2;

    if (x > y) [x, y] = [y, x];
    left[step] = x;
    right[step] = y;
    heights[step] = least;
    const sizeX = sizes[x]!;
    const sizeY = sizes[y]!;
    // The union takes the place of y.
    const gone = active.indexOf(x);
    active.copyWithin(gone, gone + 1, activeCount--);
    sizes[y] = sizeX + sizeY;
    for (let a = 0; a < activeCount; a++) {
      const i = active[a]!;
      if (i === y) continue;
      const toY = place(starts, i, y);
      distances[toY] = update(
        distances[place(starts, i, x)]!,
        distances[toY]!,
        least,
        sizeX,
        sizeY,
        sizes[i]!,
      );
    }
  }
  return mergeTree({ left, right, distances: heights }, true);
}

/** Index of the distance of two different rows. */
function place(starts: Float64Array, i: number, j: number): number {
  return i < j ? starts[i]! + j : starts[j]! + i;
}
