import { PlantsenseError } from '../../errors.js';

/** `native` is TensorFlow itself; `cpu`, as TensorFlow.js calls it, plain JavaScript. */
export type BackendKind = 'native' | 'wasm' | 'cpu';

/** The backends, the best first. */
export const BACKEND_KINDS: readonly BackendKind[] = ['native', 'wasm', 'cpu'];

/**
 * The backend that PLANTSENSE_TENSOR_BACKEND asks for, if it does.
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function askedKind({ PLANTSENSE_TENSOR_BACKEND: asked }: NodeJS.ProcessEnv): BackendKind | undefined {
  const kind = BACKEND_KINDS.find(name => name === asked);
  if (!asked || kind) return kind;
  throw new PlantsenseError(
    'PARAMETER_INVALID',
    `PLANTSENSE_TENSOR_BACKEND is "${asked}": it takes ${BACKEND_KINDS.join(', ')}.`,
  );
}
