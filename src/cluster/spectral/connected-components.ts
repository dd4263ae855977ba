import type { SymmetricMatrix } from './symmetric-matrix.js';

/**
 * The parts of a graph between which there is no path. A node without edges is of no part.
 * @returns the nodes of each part, rising; the parts by their first node
 */
export function connectedComponents(graph: SymmetricMatrix): Int32Array[] {
  const seen = new Uint8Array(graph.size);
  const queue = new Int32Array(graph.size);
  const components: Int32Array[] = [];
  for (let first = 0; first < graph.size; first++) {
    if (seen[first]) continue;
    let end = 0;
    const visit = (node: number) => {
      if (seen[node]) return;
      seen[node] = 1;
      queue[end++] = node;
    };
    visit(first);
    for (let at = 0; at < end; at++) graph.forEachInRow(queue[at]!, visit);
    if (end > 1) components.push(queue.slice(0, end).sort());
  }
  return components;
}
