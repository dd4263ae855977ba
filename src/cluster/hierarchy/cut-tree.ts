import type { MergeTree } from './merge-tree.js';

/**
 * Undoes the last merges until there are `nClusters`, and numbers the clusters as scikit-learn does: by their places in
 * the binary heap that gives the latest node.
 *
 * @param nClusters 1 .. tree.rows
 * @returns the cluster of each row
 */
export function cutTree(tree: MergeTree, nClusters: number): Int32Array {
  const { rows, children } = tree;
  const heap = [2 * rows - 2];
  while (heap.length < nClusters) {
    const step = heap[0]! - rows;
    heap.push(children[2 * step]!);
    siftDown(heap, 0, heap.length - 1);
    replaceLargest(heap, children[2 * step + 1]!);
  }

  // A node's children come before it, so labels run down from the latest node to the rows.
  const labels = new Int32Array(2 * rows - 1).fill(-1);
  heap.forEach((node, label) => {
    labels[node] = label;
  });
  for (let step = rows - 2; step >= 0; step--) {
    const label = labels[rows + step]!;
    if (label < 0) continue;
    labels[children[2 * step]!] = label;
    labels[children[2 * step + 1]!] = label;
  }
  return labels.slice(0, rows);
}

// Python's `heapq`, turned round. Places of equal use would do for a heap, but they are the labels here.

/** Takes the largest node off the heap and puts another on it. */
function replaceLargest(heap: number[], node: number): void {
  if (heap[0]! < node) return;
  const end = heap.length;
  let at = 0;
  let child = 1;
  // The larger child moves up until a leaf is free; there the new node starts.
  while (child < end) {
    if (child + 1 < end && heap[child]! <= heap[child + 1]!) child++;
    heap[at] = heap[child]!;
    at = child;
    child = 2 * at + 1;
  }
  heap[at] = node;
  siftDown(heap, 0, at);
}

/** Moves the node at `at` towards `top` past smaller ones. */
function siftDown(heap: number[], top: number, at: number): void {
  const node = heap[at]!;
  let place = at;
  while (place > top) {
    const parent = (place - 1) >> 1;
    if (node <= heap[parent]!) break;
    heap[place] = heap[parent]!;
    place = parent;
  }
  heap[place] = node;
}
