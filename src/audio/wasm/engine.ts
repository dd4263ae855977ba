import { PlantsenseError } from '../../errors.js';
import type { Kernels } from './kernels.js';
import { KERNELS_WASM } from './kernels-wasm.js';
import { scalarKernels } from './scalar-kernels.js';

/**
 * The memory in which spectra and filters are computed, and the code that computes them. What is allocated stays: plans
 * are made once for their parameters, and work areas are shared. Addresses are in bytes.
 */
export interface Engine {
  /** `scalar` is several times slower, and only for processors without WebAssembly's SIMD. */
  readonly backend: 'simd' | 'scalar';
  readonly kernels: Kernels;
  /** Room for so many bytes, zeroed, at a multiple of 64. */
  allocate(bytes: number): number;
  /**
   * A work area of at least so many bytes, the same at each call unless it has to grow. What it holds is undefined.
   * Computations run to their end without a break, so all of one kind can share one.
   */
  scratch(name: string, bytes: number): number;
  /** A view. Any later allocation may replace the memory, so take views after it and don't keep them. */
  floats(address: number, length: number): Float32Array;
  doubles(address: number, length: number): Float64Array;
  integers(address: number, length: number): Int32Array;
}

const PAGE = 65_536;
const ALIGNMENT = 64;

/** @param simd whether to use WebAssembly's SIMD instructions */
export function createEngine(simd: boolean): Engine {
  const memory = new WebAssembly.Memory({ initial: 1 });
  // Address 0 stays free, so that it can't be taken for a plan.
  let end = ALIGNMENT;

  const allocate = (bytes: number) => {
    const address = end;
    end += ALIGNMENT * Math.ceil(bytes / ALIGNMENT);
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) grow(memory, Math.ceil(missing / PAGE));
    return address;
  };

  const areas = new Map<string, { address: number; bytes: number }>();
  const scratch = (name: string, bytes: number) => {
    let area = areas.get(name);
    if (area === undefined || area.bytes < bytes) {
      // Twice the last size at least, so that what outgrown areas waste is less than the one in use.
      const size = Math.max(bytes, 2 * (area?.bytes ?? 0));
      area = { address: allocate(size), bytes: size };
      areas.set(name, area);
    }
    return area.address;
  };

  return {
    backend: simd ? 'simd' : 'scalar',
    kernels: simd ? simdKernels(memory) : scalarKernels(memory),
    allocate,
    scratch,
    floats: (address, length) => new Float32Array(memory.buffer, address, length),
    doubles: (address, length) => new Float64Array(memory.buffer, address, length),
    integers: (address, length) => new Int32Array(memory.buffer, address, length),
  };
}

function grow(memory: WebAssembly.Memory, pages: number): void {
  try {
    memory.grow(pages);
  } catch (cause) {
    throw new PlantsenseError('INTERNAL', `No memory for ${pages * PAGE} more bytes of audio.`, { cause });
  }
}

function simdKernels(memory: WebAssembly.Memory): Kernels {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(KERNELS_WASM), { env: { memory } });
  return instance.exports as unknown as Kernels;
}

/** The engine of this process or worker thread. */
export const engine: Engine = createEngine(WebAssembly.validate(KERNELS_WASM));
