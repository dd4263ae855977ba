import { fork } from 'node:child_process';
import { workerEntry } from '../../entry.js';
import { type ErrorCode, PlantsenseError } from '../../errors.js';
import type { AddonPaths } from './set-up/addon.js';
import { cacheDirectory } from './set-up/cache-directory.js';
import { findAddon } from './set-up/find-addon.js';
import type { Report } from './set-up/progress.js';
import { type TensorflowRelease, tensorflowRelease, tensorflowVariant } from './set-up/releases.js';
import type { SetUpMessage } from './set-up/run.js';

/**
 * TensorFlow as this machine is to have it.
 * @throws PlantsenseError TENSORFLOW_PLATFORM_UNSUPPORTED
 */
export function wantedTensorflow(env: NodeJS.ProcessEnv): {
  readonly release: TensorflowRelease;
  readonly cache: string;
  /** Null until it is set up. */
  readonly addon: AddonPaths | null;
} {
  const release = tensorflowRelease(tensorflowVariant(env), `${process.platform}-${process.arch}`);
  const cache = cacheDirectory(env);
  return { release, cache, addon: findAddon(cache, release) };
}

/**
 * TensorFlow's native addon. If it is not set up yet that is done now, in a process of its own.
 * @throws PlantsenseError as `setUpTensorflow`, and TENSORFLOW_PLATFORM_UNSUPPORTED
 */
export async function nativeAddon(report: Report): Promise<AddonPaths> {
  const { addon } = wantedTensorflow(process.env);
  if (addon) return addon;
  await runSetUp(report);
  const made = wantedTensorflow(process.env).addon;
  if (made) return made;
  throw new PlantsenseError('TENSORFLOW_UNUSABLE', "TensorFlow's set-up ended without an addon.");
}

function runSetUp(report: Report): Promise<void> {
  const { path, execArgv } = workerEntry(import.meta.url, './set-up/run');
  return new Promise((resolve, reject) => {
    const child = fork(path, { execArgv, env: process.env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    let failure: PlantsenseError | undefined;
    child.on('message', (message: SetUpMessage) => {
      if (message.type === 'progress') report(message.line);
      else failure = new PlantsenseError(message.code as ErrorCode, message.message);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      reject(
        failure ??
          new PlantsenseError(
            'TENSORFLOW_UNUSABLE',
            `TensorFlow's set-up ended with ${signal ?? `status ${code}`}.`,
          ),
      );
    });
  });
}
