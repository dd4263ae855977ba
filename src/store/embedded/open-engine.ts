import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PlantsenseError } from '../../errors.js';
import { EngineConnection } from './engine.js';

/** A killed owner's child first ends the statement that it runs, on a busy machine not at once. */
const RELEASE_MS = 15_000;
const RELEASE_POLL_MS = 20;

/**
 * Opens the directory. A killed owner's child ends a moment after its owner, so an open that fails is tried again for a
 * while. chDB does not say why it fails; its lock file tells who has the directory.
 * @throws PlantsenseError DATA_DIR_IN_USE, DATA_DIR_CORRUPT
 */
export async function openEngine(directory: string): Promise<EngineConnection> {
  const deadlineMs = performance.now() + RELEASE_MS;
  let ownerless = false;
  for (;;) {
    try {
      return new EngineConnection(directory);
    } catch (error) {
      const owner = ownerOf(directory);
      // Once more: the owner may have ended between the attempt and the look at its lock.
      if (owner === null && ownerless)
        throw new PlantsenseError(
          'DATA_DIR_CORRUPT',
          `The store in ${directory} can't be opened: ${String(error)}`,
        );
      ownerless = owner === null;
      if (owner !== null && performance.now() > deadlineMs)
        throw new PlantsenseError('DATA_DIR_IN_USE', `Process ${owner} has the store in ${directory} open.`);
      await delay(RELEASE_POLL_MS);
    }
  }
}

/** The living process that the engine's lock file names, or null. */
function ownerOf(directory: string): number | null {
  const lock = join(directory, 'status');
  const pid = existsSync(lock) ? Number(/PID: (\d+)/.exec(readFileSync(lock, 'utf8'))?.[1]) : 0;
  try {
    process.kill(pid, 0);
    return pid === 0 ? null : pid;
  } catch (error) {
    // A process of another user can't be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : null;
  }
}
