import { PlantsenseError } from '../../errors.js';
import { createKernelMemory, type KernelBackend, type KernelMemory } from '../../wasm-kernels.js';
import { DISTANCES_WASM } from './wasm/distances-wasm.js';
import type { Kernels } from './wasm/kernels.js';
import { PRODUCTS_WASM } from './wasm/products-wasm.js';
import { scalarKernels } from './wasm/scalar-kernels.js';
import { SUMS_WASM } from './wasm/sums-wasm.js';

/** Memory that the kernels compute in. Addresses are in bytes. */
export interface Workspace extends Omit<KernelMemory<Kernels>, 'mark' | 'release'> {
  /**
   * Room for so many doubles, at a multiple of 64. What it holds is undefined.
   * @throws PlantsenseError MATRIX_INVALID when there is no memory for them (the limit is 4 GB)
   */
  allocate(length: number): number;
}

type OwnWorkspace = Workspace & KernelMemory<Kernels>;

/** Larger memory is not kept for the next time. */
const KEPT_BYTES = 2 ** 26;

/** A workspace that is nobody else's. The memory goes with it. */
export function createWorkspace(wanted?: KernelBackend): OwnWorkspace {
  const memory = createKernelMemory(
    {
      wasm: [DISTANCES_WASM, PRODUCTS_WASM, SUMS_WASM],
      scalar: scalarKernels,
      outOfMemory: (bytes, cause) =>
        new PlantsenseError(
          'MATRIX_INVALID',
          `The matrix is too large: there is no memory for ${bytes} more bytes.`,
          { cause },
        ),
    },
    wanted,
  );
  return { ...memory, allocate: length => memory.allocate(8 * length) };
}

let shared: OwnWorkspace | undefined;
let depth = 0;

/** Runs `work` with memory that is free again when it ends. May be nested. */
export function inWorkspace<T>(work: (workspace: Workspace) => T): T {
  shared ??= createWorkspace();
  const used = shared;
  const end = used.mark();
  depth++;
  try {
    return work(used);
  } finally {
    depth--;
    used.release(end);
    if (depth === 0 && used.size() > KEPT_BYTES) shared = undefined;
  }
}
