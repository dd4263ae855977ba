/**
 * How n rows were merged into one cluster, in n - 1 steps. Nodes 0 .. n - 1 are the rows; step i makes node n + i.
 * The form of SciPy's linkage matrix and of scikit-learn's `children_` and `distances_`.
 */
export interface MergeTree {
  readonly rows: number;
  /** The two nodes of each step: `[rows - 1, 2]`. */
  readonly children: Int32Array;
  /** Distance of the two, step by step; never falls. */
  readonly distances: Float64Array;
}

/** Merges in the order in which a method found them, each given by a row of either cluster. */
export interface Merges {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly distances: Float64Array;
}

/**
 * The tree of the merges: sorted by distance, equal ones in the order given.
 *
 * @param ordered whether the lower node of a step comes first; else the node of the left row does
 */
export function mergeTree(merges: Merges, ordered: boolean): MergeTree {
  const steps = merges.distances.length;
  const rows = steps + 1;
  const order = Int32Array.from({ length: steps }, (_, i) => i);
  order.sort((a, b) => merges.distances[a]! - merges.distances[b]! || a - b);
  const children = new Int32Array(2 * steps);
  const parents = Int32Array.from({ length: rows + steps }, (_, node) => node);
  for (let step = 0; step < steps; step++) {
    const merge = order[step]!;
    let left = root(parents, merges.left[merge]!);
    let right = root(parents, merges.right[merge]!);
    if (ordered && left > right) [left, right] = [right, left];
    children[2 * step] = left;
    children[2 * step + 1] = right;
    parents[left] = rows + step;
    parents[right] = rows + step;
  }
  return { rows, children, distances: Float64Array.from(order, merge => merges.distances[merge]!) };
}

/** The node that holds a node and isn't part of another; halves the path on its way (union-find). */
function root(parents: Int32Array, node: number): number {
  let at = node;
  while (parents[at] !== at) {
    parents[at] = parents[parents[at]!]!;
    at = parents[at]!;
  }
  return at;
}
