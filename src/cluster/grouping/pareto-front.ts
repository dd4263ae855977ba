import type { FittedCell } from './cell.js';

/**
 * The cells that no other beats: none has an entropy as low and a Silhouette as high, and one of the two better. Of
 * equal cells the first. By rising entropy, so Silhouette rises too.
 */
export function paretoFront(cells: readonly FittedCell[]): FittedCell[] {
  const order = [...cells.keys()].sort((a, b) => {
    const [x, y] = [cells[a]!, cells[b]!];
    return x.entropy - y.entropy || y.silhouette - x.silhouette || a - b;
  });
  const front: FittedCell[] = [];
  let best = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    const cell = cells[i]!;
    if (cell.silhouette <= best) continue;
    best = cell.silhouette;
    front.push(cell);
  }
  return front;
}
