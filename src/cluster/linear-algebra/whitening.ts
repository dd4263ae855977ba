import type { Matrix, Matrix64 } from '../matrix.js';
import { inverseLower } from './triangular.js';
import type { Workspace } from './workspace.js';

/** Rows in panels of 4 in the memory of the kernels, less a shift, as `squaredLengths` takes them. */
export interface RowPanels {
  readonly at: number;
  /** Panels of 4 rows; what the last one has too many are zeros. */
  readonly count: number;
}

/** The smallest multiple of 4 that is not below. */
export function ceil4(length: number): number {
  return (length + 3) & ~3;
}

/**
 * Puts chosen rows into panels.
 * @param at room for `ceil4(chosen.length) * ceil4(x.cols)` numbers
 */
export function packRows(
  workspace: Workspace,
  at: number,
  x: Matrix,
  chosen: Int32Array,
  shift: Float64Array,
): RowPanels {
  const { cols, data } = x;
  const inner = ceil4(cols);
  const count = ceil4(chosen.length) / 4;
  const out = workspace.doubles(at, 4 * count * inner).fill(0);
  for (let i = 0; i < chosen.length; i++) {
    const from = chosen[i]! * cols;
    let to = (i >> 2) * 4 * inner + (i & 3);
    for (let col = 0; col < cols; col++, to += 4) out[to] = data[from + col]! - shift[col]!;
  }
  return { at, count };
}

/**
 * Squared Mahalanobis distances (x - m)ᵀ·(L·Lᵀ)⁻¹·(x - m) as squared lengths of (x - s)·L⁻ᵀ - (m - s)·L⁻ᵀ. The shift s is
 * one for all components, so that rows are packed once; somewhere among the rows, it keeps their digits.
 */
export class Whitening {
  readonly #columns: Float64Array;
  readonly #offsets: Float64Array;
  readonly #inner: number;

  /** @param l lower triangular, without zeros on its diagonal */
  constructor(l: Matrix64, mean: ArrayLike<number>, shift: Float64Array) {
    const n = l.rows;
    const inverse = inverseLower(l).data;
    this.#inner = ceil4(n);
    const panels = this.#inner / 4;
    // Columns of L⁻ᵀ are rows of L⁻¹: in panels of 4, each as long as to its diagonal.
    this.#columns = new Float64Array(8 * panels * (panels + 1));
    this.#offsets = new Float64Array(this.#inner);
    let to = 0;
    for (let panel = 0; panel < panels; panel++) {
      for (let i = 0; i < 4 * (panel + 1); i++) {
        for (let lane = 0; lane < 4; lane++, to++) {
          const row = 4 * panel + lane;
          if (row >= n || i > row) continue;
          const value = inverse[row * n + i]!;
          this.#columns[to] = value;
          this.#offsets[row]! -= value * (mean[i]! - shift[i]!);
        }
      }
    }
  }

  /** Numbers that {@link load} needs room for. */
  get size(): number {
    return this.#columns.length + this.#inner;
  }

  /** Puts what the kernel needs to `at`. */
  load(workspace: Workspace, at: number): void {
    workspace.doubles(at, this.#columns.length).set(this.#columns);
    workspace.doubles(at + 8 * this.#columns.length, this.#inner).set(this.#offsets);
  }

  /**
   * Distances of all rows of some panels. Those above their limit may be any number above it.
   * @param loadedAt where it was loaded
   * @param limitsAt for each row, how far is too far
   */
  squaredDistances(
    workspace: Workspace,
    loadedAt: number,
    rows: RowPanels,
    limitsAt: number,
    outAt: number,
  ): void {
    if (rows.count === 0) return;
    const offsetsAt = loadedAt + 8 * this.#columns.length;
    workspace.kernels.squaredLengths(rows.at, loadedAt, offsetsAt, rows.count, this.#inner, limitsAt, outAt);
  }
}
