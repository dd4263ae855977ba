import { setTimeout as sleep } from 'node:timers/promises';
import { DataDirectory, findOwner } from '../../../broker/data-directory.js';
import { PlantsenseError } from '../../../errors.js';
import type { Report } from './progress.js';

const POLL_MS = 200;

/**
 * Runs `work` while no other process does so for the same directory: waits for its turn. Who died in the middle holds
 * nobody up.
 *
 * @param directory for the lock file; it is made
 * @param signal ends the waiting, not the work
 */
export async function inTurn<T>(
  directory: string,
  report: Report,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const lock = await takeLock(directory, report, signal);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function takeLock(
  directory: string,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<DataDirectory> {
  let told = false;
  for (;;) {
    try {
      return await DataDirectory.own(directory);
    } catch (error) {
      if (!(error instanceof PlantsenseError && error.code === 'DATA_DIR_IN_USE')) throw error;
    }
    const owner = await findOwner(directory);
    if (!told && owner) report(`Process ${owner.pid} on ${owner.host} is at it: waiting`);
    told ||= owner !== null;
    await sleep(POLL_MS, undefined, signal ? { signal } : {});
  }
}
