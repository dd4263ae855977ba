import { availableParallelism } from 'node:os';
import { PlantsenseError, toPlantsenseError } from '../../errors.js';
import * as tf from '../tf.js';
import { askedKind, BACKEND_KINDS, type BackendKind } from './asked-kind.js';
import { nativeAddon } from './native-addon.js';
import { openNativeBackend } from './native-backend.js';
import { openPlainBackend } from './plain-backend.js';
import type { Report } from './set-up/progress.js';
import { openWasmBackend } from './wasm-backend.js';

export type { BackendKind };

/** What computes tensors in this thread. */
export interface TensorBackend {
  readonly kind: BackendKind;
  readonly device: 'cpu' | 'gpu';
  /** `tensorflow` is null below `native`. */
  readonly versions: { readonly tfjs: string; readonly tensorflow: string | null };
  /** Threads that one operation uses at most. TensorFlow's belong to the process: all worker threads share them. */
  readonly threads: number;
  /** Why it is not a better one, and what that costs; null when it is the best, or was asked for. */
  readonly fallback: { readonly causes: readonly PlantsenseError[]; readonly cost: string } | null;
}

export interface BackendOptions {
  /** Takes this one or none. Default: PLANTSENSE_TENSOR_BACKEND; without that the best that opens. */
  readonly kind?: BackendKind;
  /** Takes progress and warnings, line by line. Default: stderr. */
  readonly report?: Report;
}

/** Measured with a residual network of 1024 x 32 inputs, on two cores. */
const COST: Readonly<Record<BackendKind, string>> = {
  native: 'nothing',
  wasm: 'it computes about 20 times slower and cannot train convolutions',
  cpu: 'it computes about 100 times slower and trains about 2,000 times slower',
};

let opened: Promise<TensorBackend> | undefined;

/**
 * Opens the tensor backend of this thread: TensorFlow, else WebAssembly, else plain JavaScript, never less than it can
 * without saying so. The first call decides, later ones give the same. Each worker thread opens its own.
 *
 * TensorFlow is set up when it is not there: 230 MB are fetched once a machine, which takes up to some minutes.
 *
 * @throws PlantsenseError TENSOR_BACKEND_UNAVAILABLE when the one that is asked for does not open, PARAMETER_INVALID
 */
export function openBackend(options: BackendOptions = {}): Promise<TensorBackend> {
  opened ??= open(options).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function open({
  kind = askedKind(process.env),
  report = line => void process.stderr.write(`tensors: ${line}\n`),
}: BackendOptions): Promise<TensorBackend> {
  const causes: PlantsenseError[] = [];
  for (const candidate of kind ? [kind] : BACKEND_KINDS) {
    try {
      const backend = await OPEN[candidate](report);
      requireOpen(candidate);
      if (causes.length === 0) return { ...backend, fallback: null };
      const cost = COST[candidate];
      report(
        `Tensors are computed by ${candidate === 'wasm' ? 'WebAssembly' : 'plain JavaScript'}: ${cost}.`,
      );
      return { ...backend, fallback: { causes, cost } };
    } catch (thrown) {
      const error = toPlantsenseError(thrown, 'TENSORFLOW_UNUSABLE');
      if (!kind) report(String(error));
      causes.push(error);
    }
  }
  throw new PlantsenseError(
    'TENSOR_BACKEND_UNAVAILABLE',
    `No tensor backend opens. ${causes.map(cause => `${cause.code}: ${cause.message}`).join(' ')}`,
    { cause: causes[0] },
  );
}

const OPEN: Readonly<Record<BackendKind, (report: Report) => Promise<Omit<TensorBackend, 'fallback'>>>> = {
  native: async report => {
    const { binding, isUsingGpuDevice } = await openNativeBackend(await nativeAddon(report));
    const threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism();
    return {
      kind: 'native',
      device: isUsingGpuDevice ? 'gpu' : 'cpu',
      versions: versions(binding.TF_Version),
      threads,
    };
  },
  wasm: async () => {
    await openWasmBackend();
    return { kind: 'wasm', device: 'cpu', versions: versions(null), threads: 1 };
  },
  cpu: async () => {
    await openPlainBackend();
    return { kind: 'cpu', device: 'cpu', versions: versions(null), threads: 1 };
  },
};

/** TensorFlow.js goes on with another backend when one does not start, and says nothing. */
function requireOpen(kind: BackendKind): void {
  const name = tf.getBackend();
  if (name !== (kind === 'native' ? 'tensorflow' : kind))
    throw new PlantsenseError('TENSORFLOW_UNUSABLE', `The backend ${kind} did not start: ${name} did.`);
}

const versions = (tensorflow: string | null) => ({ tfjs: tf.version_core, tensorflow });
