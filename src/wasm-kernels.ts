import type { PlantsenseError } from './errors.js';

/** Inner loops twice: assembled with SIMD, and in TypeScript. */
export interface KernelSource<Kernels> {
  /** Modules that import their memory as `env.memory`. */
  readonly wasm: readonly Uint8Array[];
  /** For processors without WebAssembly's SIMD, where it is several times slower. */
  scalar(memory: WebAssembly.Memory): Kernels;
  /** What is thrown when there is no memory for so many more bytes; the limit is 4 GB. */
  outOfMemory(bytes: number, cause: unknown): PlantsenseError;
}

export type KernelBackend = 'simd' | 'scalar';

/** Memory that kernels compute in, which is taken from its end. Addresses are in bytes. */
export interface KernelMemory<Kernels> {
  readonly backend: KernelBackend;
  readonly kernels: Kernels;
  /** Room for so many bytes, at a multiple of 64. What it holds is zero, or what was there before a {@link release}. */
  allocate(bytes: number): number;
  /** Where the next allocation would be. */
  mark(): number;
  /** Frees what was allocated since {@link mark} gave this end. */
  release(end: number): void;
  /** Bytes in all. Memory of WebAssembly never shrinks: only the garbage collector gives it back. */
  size(): number;
  /** A view. Any later allocation may replace the memory, so take views after it and don't keep them. */
  floats(address: number, length: number): Float32Array;
  doubles(address: number, length: number): Float64Array;
  integers(address: number, length: number): Int32Array;
  shorts(address: number, length: number): Int16Array;
}

const PAGE = 65_536;
const ALIGNMENT = 64;

const modules = new Map<Uint8Array, WebAssembly.Module | null>();

/** The module, compiled once; null where the processor lacks its instructions. */
function compiled(wasm: Uint8Array): WebAssembly.Module | null {
  let module = modules.get(wasm);
  if (module === undefined) {
    module = WebAssembly.validate(wasm) ? new WebAssembly.Module(wasm) : null;
    modules.set(wasm, module);
  }
  return module;
}

function instance(wasm: Uint8Array, imports: WebAssembly.Imports): WebAssembly.Instance {
  return new WebAssembly.Instance(compiled(wasm)!, imports);
}

/**
 * New memory with its kernels.
 * @param wanted default simd; scalar where the processor can't do that
 */
export function createKernelMemory<Kernels>(
  source: KernelSource<Kernels>,
  wanted: KernelBackend = 'simd',
): KernelMemory<Kernels> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const simd = wanted === 'simd' && source.wasm.every(wasm => compiled(wasm));
  const imports = { env: { memory } };
  // A plain object: engines find the functions in it faster than in a module's exports.
  const kernels = simd
    ? (Object.assign({}, ...source.wasm.map(wasm => instance(wasm, imports).exports)) as Kernels)
    : source.scalar(memory);
  // Address 0 stays free: it can't be taken for an allocation, and loops that count down end below their first address.
  let end = ALIGNMENT;
  return {
    backend: simd ? 'simd' : 'scalar',
    kernels,
    allocate(bytes) {
      const address = end;
      const next = end + ALIGNMENT * Math.ceil(bytes / ALIGNMENT);
      const missing = Math.ceil((next - memory.buffer.byteLength) / PAGE);
      if (missing > 0) {
        try {
          memory.grow(missing);
        } catch (cause) {
          throw source.outOfMemory(missing * PAGE, cause);
        }
      }
      end = next;
      return address;
    },
    mark: () => end,
    release: to => {
      end = to;
    },
    size: () => memory.buffer.byteLength,
    floats: (address, length) => new Float32Array(memory.buffer, address, length),
    doubles: (address, length) => new Float64Array(memory.buffer, address, length),
    integers: (address, length) => new Int32Array(memory.buffer, address, length),
    shorts: (address, length) => new Int16Array(memory.buffer, address, length),
  };
}
