/**
 * The assignment of rows to columns with the largest sum of gains (Kuhn's Hungarian method in the O(n^3) form with
 * potentials, after Jonker & Volgenant 1987). Every row or every column is matched, whichever are fewer.
 *
 * @param gains `[rows, cols]`, row by row, finite
 * @returns for each row its column, or -1
 */
export function optimalMatching(gains: ArrayLike<number>, rows: number, cols: number): Int32Array {
  if (rows > cols) {
    const columns = matchRows((col, row) => -gains[row * cols + col]!, cols, rows);
    const matched = new Int32Array(rows).fill(-1);
    columns.forEach((row, col) => {
      matched[row] = col;
    });
    return matched;
  }
  return matchRows((row, col) => -gains[row * cols + col]!, rows, cols);
}

/** Least costs; `n <= m`. Index 0 of the work arrays is a dummy, rows and columns count from 1. */
function matchRows(cost: (row: number, col: number) => number, n: number, m: number): Int32Array {
  const rowPotential = new Float64Array(n + 1);
  const colPotential = new Float64Array(m + 1);
  const rowOf = new Int32Array(m + 1);
  const previous = new Int32Array(m + 1);
  for (let row = 1; row <= n; row++) {
    // Grows a tree of alternating paths from the new row until it reaches a free column.
    rowOf[0] = row;
    const least = new Float64Array(m + 1).fill(Number.POSITIVE_INFINITY);
    const visited = new Uint8Array(m + 1);
    let col = 0;
    do {
      visited[col] = 1;
      const current = rowOf[col]!;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= m; j++) {
        if (visited[j]) continue;
        const reduced = cost(current - 1, j - 1) - rowPotential[current]! - colPotential[j]!;
        if (reduced < least[j]!) {
          least[j] = reduced;
          previous[j] = col;
        }
        if (least[j]! < delta) {
          delta = least[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= m; j++) {
        if (visited[j]) {
          rowPotential[rowOf[j]!]! += delta;
          colPotential[j]! -= delta;
        } else least[j]! -= delta;
      }
      col = next;
    } while (rowOf[col] !== 0);
    // Turns the path over: each column on it takes the row before.
    while (col !== 0) {
      const before = previous[col]!;
      rowOf[col] = rowOf[before]!;
      col = before;
    }
  }
  const matched = new Int32Array(n).fill(-1);
  for (let j = 1; j <= m; j++) if (rowOf[j] !== 0) matched[rowOf[j]! - 1] = j - 1;
  return matched;
}
