import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '../tf.js';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Opens the WebAssembly backend. It has one thread in Node, and lacks the gradient of a convolution's filter. */
export async function openWasmBackend(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(entry)}/`);
  const before = EVENTS.map(event => new Set<unknown>(process.listeners(event as 'uncaughtException')));
  const started = await tf.setBackend('wasm');
  // Its loader listens for errors of the whole process, and throws them again from where nobody catches them.
  EVENTS.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[i]?.has(listener)) process.removeListener(event, listener);
    }
  });
  if (!started) throw new Error('The WebAssembly backend did not start');
}
