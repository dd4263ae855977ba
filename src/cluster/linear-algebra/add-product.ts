import { inWorkspace } from './workspace.js';

/** A matrix within an array: element (i, j) is `data[start + i * rowStride + j * colStride]`. */
export interface Operand {
  readonly data: Float32Array | Float64Array;
  readonly start: number;
  readonly rowStride: number;
  readonly colStride: number;
}

/** Where a product goes: rows of numbers that stand together. */
export interface Target {
  readonly data: Float64Array;
  readonly start: number;
  readonly rowStride: number;
}

export interface Product {
  readonly rows: number;
  readonly cols: number;
  readonly inner: number;
  /** -1 subtracts the product. Default 1. */
  readonly sign?: 1 | -1;
  /** Leaves what is far above the diagonal as it is. Default false. */
  readonly lowerOnly?: boolean;
}

/** Sizes of blocks, which fit the caches: of A 256 KB, of B 1 MB. Multiples of 4. */
const ROWS = 128;
const COLS = 512;
const INNER = 256;

/**
 * C += ± A·B in blocks (Goto & van de Geijn, "Anatomy of high-performance matrix multiplication", 2008). Each element is
 * summed in order of the inner index, so it has the same bits whatever rows and columns are computed beside it.
 *
 * @param c must not overlap `a` or `b`, except in elements that `a` and `b` don't use
 */
export function addProduct(c: Target, a: Operand, b: Operand, product: Product): void {
  const { rows, cols, inner, sign = 1, lowerOnly = false } = product;
  if (rows === 0 || cols === 0 || inner === 0) return;
  inWorkspace(workspace => {
    const most = Math.min(INNER, inner);
    const width = ceil4(Math.min(COLS, cols));
    const height = ceil4(Math.min(ROWS, rows));
    const aAt = workspace.allocate(height * most);
    const bAt = workspace.allocate(width * most);
    const cAt = workspace.allocate(height * width);
    const aBlock = workspace.doubles(aAt, height * most);
    const bBlock = workspace.doubles(bAt, width * most);
    const cBlock = workspace.doubles(cAt, height * width);

    for (let col = 0; col < cols; col += COLS) {
      const blockCols = Math.min(COLS, cols - col);
      for (let from = 0; from < inner; from += INNER) {
        const blockInner = Math.min(INNER, inner - from);
        const bStart = b.start + from * b.rowStride + col * b.colStride;
        pack(bBlock, b.data, bStart, b.colStride, b.rowStride, blockCols, blockInner, 1);
        for (let row = lowerOnly ? col - (col % ROWS) : 0; row < rows; row += ROWS) {
          const blockRows = Math.min(ROWS, rows - row);
          const usedCols = lowerOnly ? Math.min(blockCols, row + blockRows - col) : blockCols;
          const aStart = a.start + row * a.rowStride + from * a.colStride;
          pack(aBlock, a.data, aStart, a.rowStride, a.colStride, blockRows, blockInner, sign);
          const cStart = c.start + row * c.rowStride + col;
          for (let i = 0; i < blockRows; i++) {
            const start = cStart + i * c.rowStride;
            cBlock.set(c.data.subarray(start, start + usedCols), i * width);
          }
          workspace.kernels.multiply(
            aAt,
            bAt,
            cAt,
            ceil4(blockRows) / 4,
            ceil4(usedCols) / 4,
            blockInner,
            8 * width,
          );
          for (let i = 0; i < blockRows; i++)
            c.data.set(cBlock.subarray(i * width, i * width + usedCols), cStart + i * c.rowStride);
        }
      }
    }
  });
}

function ceil4(length: number): number {
  return (length + 3) & ~3;
}

/** Puts `count` rows (or columns) into panels of 4, the last one filled up with zeros. */
function pack(
  out: Float64Array,
  data: Float32Array | Float64Array,
  start: number,
  stride: number,
  innerStride: number,
  count: number,
  inner: number,
  sign: number,
): void {
  let to = 0;
  for (let i = 0; i < count; i += 4) {
    let from = start + i * stride;
    if (i + 4 <= count) {
      for (let j = 0; j < inner; j++) {
        out[to] = sign * data[from]!;
        out[to + 1] = sign * data[from + stride]!;
        out[to + 2] = sign * data[from + 2 * stride]!;
        out[to + 3] = sign * data[from + 3 * stride]!;
        to += 4;
        from += innerStride;
      }
    } else {
      for (let j = 0; j < inner; j++) {
        for (let lane = 0; lane < 4; lane++)
          out[to + lane] = i + lane < count ? sign * data[from + lane * stride]! : 0;
        to += 4;
        from += innerStride;
      }
    }
  }
}
