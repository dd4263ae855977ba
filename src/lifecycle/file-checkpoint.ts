import { open, readFile, rename, rm } from 'node:fs/promises';
import { PlantsenseError } from '../errors.js';
import type { CheckpointPort } from '../nn/training/checkpoint.js';

/** A checkpoint in a file. After a crash it is the old one or the new one, whole. */
export function fileCheckpoint(path: string): CheckpointPort {
  return {
    load: () => readIfThere(path),
    save: bytes => writeWhole(path, bytes),
  };
}

/** A file's bytes; null when there is none. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Replaces a file by way of another, so that it is never half written.
 * @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    const isFull = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
    throw new PlantsenseError(isFull ? 'DISK_FULL' : 'FILE_NOT_WRITABLE', `Can't write ${path}.`, { cause });
  }
}
