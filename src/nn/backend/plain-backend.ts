import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '../tf.js';

/** Opens the backend in plain JavaScript. */
export async function openPlainBackend(): Promise<void> {
  tf.registerBackend('cpu', () => {
    const backend = new MathBackendCPU();
    // Else it prints advice on packages with its first operation. What it costs is said by whoever opens it.
    Object.assign(backend, { firstUse: false });
    return backend;
  });
  await tf.setBackend('cpu');
}
