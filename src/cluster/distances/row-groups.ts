import { PlantsenseError } from '../../errors.js';
import { KERNELS_WASM } from './kernels-wasm.js';
import { scalarKernels } from './scalar-kernels.js';

/** Rows of one group: as many as the kernels take at a time. */
export const GROUP = 4;

/** The inner loops, see `kernels.wat`. Addresses and strides are in bytes. */
export interface Kernels {
  squaredDistances(a: number, b: number, groups: number, cols: number, out: number, stride: number): void;
  innerProducts(a: number, b: number, groups: number, cols: number, out: number, stride: number): void;
  subtractCombinations(
    a: number,
    b: number,
    groups: number,
    cols: number,
    shares: number,
    stride: number,
  ): void;
}

const PAGE = 65_536;
const LARGEST_MEMORY = 2 ** 32 - PAGE;
const DOUBLE = 8;
const SIMD_AVAILABLE = WebAssembly.validate(KERNELS_WASM);

/**
 * Rows in groups of four, each group column by column, so that one load takes the same column of two rows; and a strip of
 * numbers between the rows of one group and those of others. The memory goes with the object.
 */
export class RowGroups {
  readonly groups: number;
  readonly cols: number;
  /** Numbers from one row of the strip to the next. */
  readonly stride: number;
  /** For row i of a group and row j of all: at `i * stride + j`. */
  readonly strip: Float64Array;
  readonly #rows: Float64Array;
  readonly #kernels: Kernels;

  /** @param simd whether to use WebAssembly's SIMD instructions; by default where the processor has them */
  constructor(rows: number, cols: number, simd = SIMD_AVAILABLE) {
    this.groups = Math.ceil(rows / GROUP);
    this.cols = cols;
    this.stride = GROUP * this.groups;
    const rowsLength = this.stride * cols;
    const length = rowsLength + GROUP * this.stride;
    const useSimd = simd && DOUBLE * length <= LARGEST_MEMORY;
    const memory = useSimd ? allocate(DOUBLE * length) : null;
    const numbers = memory ? new Float64Array(memory.buffer, 0, length) : new Float64Array(length);
    this.#rows = numbers.subarray(0, rowsLength);
    this.strip = numbers.subarray(rowsLength);
    this.#kernels = memory ? simdKernels(memory) : scalarKernels(numbers);
  }

  /** Puts `cols` numbers that stand together in the place of a row. */
  set(row: number, from: Float32Array | Float64Array, start = 0): void {
    const { cols } = this;
    const to = this.#start(row);
    for (let col = 0; col < cols; col++) this.#rows[to + GROUP * col] = from[start + col]!;
  }

  get(row: number, to: Float64Array, start = 0): void {
    const { cols } = this;
    const from = this.#start(row);
    for (let col = 0; col < cols; col++) to[start + col] = this.#rows[from + GROUP * col]!;
  }

  /** Sets all rows of some groups to zero. */
  clear(group: number, end: number): void {
    this.#rows.fill(0, GROUP * this.cols * group, GROUP * this.cols * end);
  }

  /** Puts the squared distances of the rows of a group to those of groups `from` to `end` into the strip. */
  squaredDistances(group: number, from: number, end: number): void {
    this.#run(this.#kernels.squaredDistances, group, from, end);
  }

  /** The same with inner products. */
  innerProducts(group: number, from: number, end: number): void {
    this.#run(this.#kernels.innerProducts, group, from, end);
  }

  /** Takes the rows of groups `from` to `end` out of the rows of a group, as many times as the strip says. */
  subtractCombinations(group: number, from: number, end: number): void {
    this.#run(this.#kernels.subtractCombinations, group, from, end);
  }

  #run(kernel: Kernels['squaredDistances'], group: number, from: number, end: number): void {
    if (from >= end) return;
    const bytes = DOUBLE * GROUP * this.cols;
    const strip = bytes * this.groups + DOUBLE * GROUP * from;
    kernel(bytes * group, bytes * from, end - from, this.cols, strip, DOUBLE * this.stride);
  }

  #start(row: number): number {
    return Math.floor(row / GROUP) * GROUP * this.cols + (row % GROUP);
  }
}

let module: WebAssembly.Module | undefined;

function simdKernels(memory: WebAssembly.Memory): Kernels {
  module ??= new WebAssembly.Module(KERNELS_WASM);
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}

function allocate(bytes: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
  } catch (cause) {
    throw new PlantsenseError(
      'MATRIX_INVALID',
      `The matrix is too large: there is no memory for ${bytes} bytes.`,
      { cause },
    );
  }
}
