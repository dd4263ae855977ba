import { type Matrix, type Matrix64, zeros } from '../matrix.js';
import { mirrorLower } from './products.js';
import { ceil4 } from './whitening.js';
import { inWorkspace } from './workspace.js';

/** Rows that are multiplied together, and panels of 4 columns: they fit the cache. */
const ROWS = 128;
const PANELS = 4;

/**
 * The sum of weight · (x - mean)·(x - mean)ᵀ over some rows of x, `[cols, cols]`, exactly symmetric.
 *
 * @param chosen rows of `x`
 * @param weights one for each chosen row
 */
export function scatter(x: Matrix, chosen: Int32Array, weights: Float64Array, mean: Float64Array): Matrix64 {
  const { cols, data } = x;
  const width = ceil4(cols);
  const sums = zeros(cols, cols);
  inWorkspace(workspace => {
    const most = Math.min(ROWS, chosen.length);
    const panelsAt = workspace.allocate(most * width);
    const sumsAt = workspace.allocate(width * width);
    const panels = workspace.doubles(panelsAt, most * width);
    const out = workspace.doubles(sumsAt, width * width).fill(0);
    const deviation = new Float64Array(width);
    for (let from = 0; from < chosen.length; from += ROWS) {
      const count = Math.min(ROWS, chosen.length - from);
      for (let i = 0; i < count; i++) {
        const root = Math.sqrt(weights[from + i]!);
        const start = chosen[from + i]! * cols;
        for (let col = 0; col < cols; col++) deviation[col] = root * (data[start + col]! - mean[col]!);
        // A panel holds 4 columns: of each row the 4 numbers stand together.
        for (let col = 0, to = 4 * i; col < width; col += 4, to += 4 * count) {
          panels[to] = deviation[col]!;
          panels[to + 1] = deviation[col + 1]!;
          panels[to + 2] = deviation[col + 2]!;
          panels[to + 3] = deviation[col + 3]!;
        }
      }
      // Only what is not above the diagonal, by groups of panels.
      for (let panel = 0; panel < width / 4; panel += PANELS) {
        const group = Math.min(PANELS, width / 4 - panel);
        const a = panelsAt + 32 * count * panel;
        const c = sumsAt + 32 * width * panel;
        workspace.kernels.multiply(a, panelsAt, c, group, panel + group, count, 8 * width);
      }
    }
    for (let row = 0; row < cols; row++)
      sums.data.set(out.subarray(row * width, row * width + row + 1), row * cols);
  });
  mirrorLower(sums);
  return sums;
}
