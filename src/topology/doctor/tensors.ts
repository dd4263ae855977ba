import { openBackend, type TensorBackend } from '../../nn/backend/open-backend.js';
import { prepareBackend } from '../../nn/backend/prepare-backend.js';
import { tensorflowVariant } from '../../nn/backend/set-up/releases.js';
import { measureGflops } from '../../nn/backend/speed-check.js';
import { type Check, ok, warning } from './check.js';

const NAMES = { native: 'TensorFlow', wasm: 'WebAssembly', cpu: 'plain JavaScript' } as const;

/** Opens the tensor backend, which sets it up if that is not done, and measures it. */
export async function tensorsCheck(report: (line: string) => void): Promise<Check> {
  await prepareBackend(report);
  const backend = await openBackend();
  return tensorsFinding(backend, measureGflops(), tensorflowVariant(process.env) === 'gpu');
}

export function tensorsFinding(
  { kind, device, versions, threads, fallback }: TensorBackend,
  gflops: number | null,
  wantsGpu: boolean,
): Check {
  const version = versions.tensorflow ? ` ${versions.tensorflow}` : '';
  const speed =
    gflops === null ? 'cannot train a convolution' : `${Number(gflops.toPrecision(2))} GFLOP/s in training`;
  const detail = `${NAMES[kind]}${version} on the ${device.toUpperCase()}, ${threads === 1 ? 'one thread' : `${threads} threads`}, TensorFlow.js ${versions.tfjs}: ${speed}`;
  const cause = fallback?.causes[0];
  if (kind === 'native' && wantsGpu && device === 'cpu')
    return warning(
      'tensors',
      `${detail}. PLANTSENSE_TENSORFLOW asks for a GPU, and TensorFlow finds none.`,
      "Look whether `nvidia-smi` shows a GPU: its driver must be there; in a container, NVIDIA's runtime too.",
    );
  if (!fallback || !cause) return ok('tensors', detail);
  return warning(
    'tensors',
    `${detail}. It is not TensorFlow, so ${fallback.cost}: ${cause.code}: ${cause.message}`,
    cause.action,
  );
}
