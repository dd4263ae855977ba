import { PlantsenseError } from '../../errors.js';
import type { Kernels } from './wasm/kernels.js';
import { KERNELS_WASM } from './wasm/kernels-wasm.js';
import { scalarKernels } from './wasm/scalar-kernels.js';

/** Memory that the kernels compute in. Addresses are in bytes. */
export interface Workspace {
  /** `scalar` is several times slower, and only for processors without WebAssembly's SIMD. */
  readonly backend: 'simd' | 'scalar';
  readonly kernels: Kernels;
  /**
   * Room for so many numbers, at a multiple of 64. What it holds is undefined.
   * @throws PlantsenseError MATRIX_INVALID when there is no memory for them (the limit is 4 GB)
   */
  allocate(length: number): number;
  /** A view. Any later allocation, also by a function that is called, may replace the memory: take views after it. */
  doubles(address: number, length: number): Float64Array;
  integers(address: number, length: number): Int32Array;
}

interface Arena extends Workspace {
  /** Frees what was allocated since `mark` gave this end. */
  release(end: number): void;
  mark(): number;
  size(): number;
}

const PAGE = 65_536;
const ALIGNMENT = 64;
/** Larger memory is not kept for the next time. */
const KEPT_BYTES = 2 ** 26;

const simd = WebAssembly.validate(KERNELS_WASM);
const module = simd ? new WebAssembly.Module(KERNELS_WASM) : null;

/** @param backend whether to use WebAssembly's SIMD instructions */
export function createArena(backend: 'simd' | 'scalar'): Arena {
  const memory = new WebAssembly.Memory({ initial: 1 });
  // A plain object: engines find the functions in it faster than in a module's exports.
  const kernels =
    backend === 'simd' && module
      ? ({ ...new WebAssembly.Instance(module, { env: { memory } }).exports } as unknown as Kernels)
      : scalarKernels(memory);
  // Address 0 stays free: loops that count down end below their first address.
  let end = ALIGNMENT;
  return {
    backend,
    kernels,
    allocate(length) {
      const address = end;
      const next = end + ALIGNMENT * Math.ceil((8 * length) / ALIGNMENT);
      const missing = next - memory.buffer.byteLength;
      if (missing > 0) grow(memory, Math.ceil(missing / PAGE));
      end = next;
      return address;
    },
    doubles: (address, length) => new Float64Array(memory.buffer, address, length),
    integers: (address, length) => new Int32Array(memory.buffer, address, length),
    mark: () => end,
    release: to => {
      end = to;
    },
    size: () => memory.buffer.byteLength,
  };
}

function grow(memory: WebAssembly.Memory, pages: number): void {
  try {
    memory.grow(pages);
  } catch (cause) {
    throw new PlantsenseError(
      'MATRIX_INVALID',
      `The matrix is too large: there is no memory for ${pages * PAGE} more bytes.`,
      { cause },
    );
  }
}

let arena: Arena | undefined;
let depth = 0;

/** Runs `work` with memory that is free again when it ends. May be nested. */
export function inWorkspace<T>(work: (workspace: Workspace) => T): T {
  arena ??= createArena(simd ? 'simd' : 'scalar');
  const used = arena;
  const end = used.mark();
  depth++;
  try {
    return work(used);
  } finally {
    depth--;
    used.release(end);
    // Memory of WebAssembly never shrinks: only the garbage collector gives it back.
    if (depth === 0 && used.size() > KEPT_BYTES) arena = undefined;
  }
}
