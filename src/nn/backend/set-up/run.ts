/**
 * Sets TensorFlow up: `node dist/nn/backend/set-up/run.js`. Whatever first needs a tensor starts this by itself; run it
 * beforehand where there is no network later, as in an image.
 *
 * It is a process of its own so that it ends what it began when the worker thread that needed it is gone.
 */
import { toPlantsenseError } from '../../../errors.js';
import { cacheDirectory } from './cache-directory.js';
import { thisPlatform } from './machine.js';
import { tensorflowRelease, tensorflowVariant } from './releases.js';
import { setUpTensorflow } from './set-up-tensorflow.js';
import { ZIG_WHEELS } from './zig-wheel.js';

/** What a parent process is told: progress, and why it failed. */
export type SetUpMessage =
  | { readonly type: 'progress'; readonly line: string }
  | { readonly type: 'failure'; readonly code: string; readonly message: string };

function tell(message: SetUpMessage, text: string): void {
  // A parent that has ended meanwhile is no reason to stop.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
  else process.stderr.write(`${text}\n`);
}

process.on('disconnect', () => {});

try {
  const { env } = process;
  const platform = thisPlatform();
  await setUpTensorflow({
    release: tensorflowRelease(tensorflowVariant(env), platform),
    cache: cacheDirectory(env),
    env,
    zig: ZIG_WHEELS[platform] ?? null,
    report: line => tell({ type: 'progress', line }, line),
  });
} catch (thrown) {
  const error = toPlantsenseError(thrown);
  tell({ type: 'failure', code: error.code, message: error.message }, String(error));
  process.exitCode = 1;
}
if (process.connected) process.disconnect();
