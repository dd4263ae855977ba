import type { Matrix } from '../matrix.js';
import type { LabelledRows } from './labelled-rows.js';

export interface TreeLimits {
  readonly maxDepth: number;
  readonly minSamplesLeaf: number;
}

/** A binary tree; node 0 is its root. */
export interface Tree {
  /** Column that a node asks; -1 for a leaf. */
  readonly feature: Int32Array;
  /** Rows whose value is not above it go to the left. */
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Rows of each class that came to each node, `[nodes, nClasses]`. */
  readonly counts: Float64Array;
}

/** A node that is not parted yet: where its rows stand in every column's order. */
interface Pending {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

interface Split {
  readonly feature: number;
  readonly threshold: number;
}

/**
 * Grows a classification tree (CART, Breiman et al. 1984) with scikit-learn's meaning: at each node the split that leaves
 * the least Gini impurity, half-way between two values, until nodes hold one class. Of splits that are equally good, which
 * scikit-learn draws lots for, it takes the first column's, and there the lowest.
 */
export function growTree({ x, y, nClasses }: LabelledRows, { maxDepth, minSamplesLeaf }: TreeLimits): Tree {
  const order = sortedColumns(x);
  const nodes: { split: Split | null; left: number; right: number; counts: Float64Array }[] = [];
  const add = (from: number, to: number) => {
    const counts = new Float64Array(nClasses);
    for (let i = from; i < to; i++) counts[y[order[0]![i]!]!]! += 1;
    return nodes.push({ split: null, left: -1, right: -1, counts }) - 1;
  };
  const goesLeft = new Uint8Array(x.rows);
  const aside = new Int32Array(x.rows);
  const pending: Pending[] = [{ node: add(0, x.rows), from: 0, to: x.rows, depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, from, to, depth } = next;
    const own = nodes[node]!;
    const isPure = own.counts.some(count => count === to - from);
    if (isPure || depth >= maxDepth || to - from < 2 * minSamplesLeaf) continue;
    const split = bestSplit(x, y, order, own.counts, from, to, minSamplesLeaf);
    if (!split) continue;
    let lefts = 0;
    for (let i = from; i < to; i++) {
      const row = order[0]![i]!;
      goesLeft[row] = x.data[row * x.cols + split.feature]! <= split.threshold ? 1 : 0;
      lefts += goesLeft[row]!;
    }
    for (const column of order) partition(column, from, to, goesLeft, aside);
    own.split = split;
    own.left = add(from, from + lefts);
    own.right = add(from + lefts, to);
    pending.push({ node: own.right, from: from + lefts, to, depth: depth + 1 });
    pending.push({ node: own.left, from, to: from + lefts, depth: depth + 1 });
  }
  return {
    feature: Int32Array.from(nodes, ({ split }) => split?.feature ?? -1),
    threshold: Float64Array.from(nodes, ({ split }) => split?.threshold ?? 0),
    left: Int32Array.from(nodes, ({ left }) => left),
    right: Int32Array.from(nodes, ({ right }) => right),
    counts: Float64Array.from(nodes.flatMap(({ counts }) => [...counts])),
  };
}

/** The leaf that a row comes to. */
export function leafOf({ feature, threshold, left, right }: Tree, x: Matrix, row: number): number {
  let node = 0;
  while (feature[node]! >= 0)
    node = x.data[row * x.cols + feature[node]!]! <= threshold[node]! ? left[node]! : right[node]!;
  return node;
}

/** Of each column the rows by rising value. */
function sortedColumns({ data, rows, cols }: Matrix): Int32Array[] {
  return Array.from({ length: cols }, (_, col) =>
    Int32Array.from({ length: rows }, (_, row) => row).sort(
      (a, b) => data[a * cols + col]! - data[b * cols + col]!,
    ),
  );
}

/** The split after which the squares of the classes' counts, over the rows of their side, add up to most. */
function bestSplit(
  { data, cols }: Matrix,
  y: Int32Array,
  order: readonly Int32Array[],
  counts: Float64Array,
  from: number,
  to: number,
  minSamplesLeaf: number,
): Split | null {
  const left = new Float64Array(counts.length);
  const right = new Float64Array(counts.length);
  const total = counts.reduce((sum, count) => sum + count * count, 0);
  let best = Number.NEGATIVE_INFINITY;
  let found: Split | null = null;
  order.forEach((column, feature) => {
    left.fill(0);
    right.set(counts);
    // Sums of squares are whole numbers: exact, however they are added.
    let leftSquares = 0;
    let rightSquares = total;
    let value = data[column[from]! * cols + feature]!;
    for (let i = from; i + 1 < to; i++) {
      const label = y[column[i]!]!;
      leftSquares += 2 * left[label]!++ + 1;
      rightSquares -= 2 * right[label]!-- - 1;
      const below = value;
      value = data[column[i + 1]! * cols + feature]!;
      const [lefts, rights] = [i + 1 - from, to - i - 1];
      if (value <= below || lefts < minSamplesLeaf || rights < minSamplesLeaf) continue;
      const purity = leftSquares / lefts + rightSquares / rights;
      if (purity <= best) continue;
      best = purity;
      const middle = below / 2 + value / 2;
      found = { feature, threshold: middle < value ? middle : below };
    }
  });
  return found;
}

/** Puts the rows that go to the left before the others, each side in the order that it had. */
function partition(
  column: Int32Array,
  from: number,
  to: number,
  goesLeft: Uint8Array,
  aside: Int32Array,
): void {
  let at = from;
  let others = 0;
  for (let i = from; i < to; i++) {
    const row = column[i]!;
    if (goesLeft[row] === 1) column[at++] = row;
    else aside[others++] = row;
  }
  column.set(aside.subarray(0, others), at);
}
