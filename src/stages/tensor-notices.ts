import type { Log } from '../telemetry/log.js';

/** What a worker thread reports of its tensor backend. */
export interface TensorNotice {
  readonly tensors: string;
  readonly isWarning: boolean;
}

let isTold = false;

/**
 * Opens the tensor backend of a worker thread, and reports its set-up and, once, what it could not have.
 * @throws PlantsenseError TENSOR_BACKEND_UNAVAILABLE
 */
export async function openTensors(report: (notice: TensorNotice) => void): Promise<void> {
  // TensorFlow.js takes a while to load: threads that compute no tensors go without.
  const { openBackend } = await import('../nn/backend/open-backend.js');
  const { fallback } = await openBackend({ report: tensors => report({ tensors, isWarning: false }) });
  if (!fallback || isTold) return;
  isTold = true;
  const causes = fallback.causes.map(({ code, message }) => `${code}: ${message}`).join(' ');
  report({
    tensors: `Tensors are computed without TensorFlow: ${fallback.cost}. ${causes}`,
    isWarning: true,
  });
}

/** Logs what a worker thread reports of its tensor backend. @returns false when it reports something else */
export function logTensorNotice(log: Log, report: unknown): boolean {
  if (typeof report !== 'object' || report === null || !('tensors' in report)) return false;
  const { tensors, isWarning } = report as TensorNotice;
  if (isWarning) log.warn(tensors);
  else log.info(tensors);
  return true;
}
