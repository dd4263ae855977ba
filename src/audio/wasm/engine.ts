import { PlantsenseError } from '../../errors.js';
import { createKernelMemory, type KernelMemory } from '../../wasm-kernels.js';
import type { Kernels } from './kernels.js';
import { KERNELS_WASM } from './kernels-wasm.js';
import { scalarKernels } from './scalar-kernels.js';

/**
 * The memory in which spectra and filters are computed, and the code that computes them. What is allocated stays: plans
 * are made once for their parameters, and work areas are shared. Addresses are in bytes.
 */
export interface Engine extends Omit<KernelMemory<Kernels>, 'mark' | 'release'> {
  /**
   * A work area of at least so many bytes, the same at each call unless it has to grow. What it holds is undefined.
   * Computations run to their end without a break, so all of one kind can share one.
   */
  scratch(name: string, bytes: number): number;
}

/** @param simd whether to use WebAssembly's SIMD instructions, where the processor has them */
export function createEngine(simd: boolean): Engine {
  const memory = createKernelMemory(
    {
      wasm: [KERNELS_WASM],
      scalar: scalarKernels,
      outOfMemory: (bytes, cause) =>
        new PlantsenseError('INTERNAL', `No memory for ${bytes} more bytes of audio.`, { cause }),
    },
    simd ? 'simd' : 'scalar',
  );
  const areas = new Map<string, { address: number; bytes: number }>();
  return {
    ...memory,
    scratch(name, bytes) {
      let area = areas.get(name);
      if (area === undefined || area.bytes < bytes) {
        // Twice the last size at least, so that what outgrown areas waste is less than the one in use.
        const size = Math.max(bytes, 2 * (area?.bytes ?? 0));
        area = { address: memory.allocate(size), bytes: size };
        areas.set(name, area);
      }
      return area.address;
    },
  };
}

/** The engine of this process or worker thread. */
export const engine: Engine = createEngine(true);
