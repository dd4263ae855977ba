import { readFile } from 'node:fs/promises';
import { replaceFile, writeError } from '../files.js';
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
 * Replaces a file, so that it is never half written.
 * @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await replaceFile(path, bytes).catch((cause: unknown) => {
    throw writeError(cause, `Can't write ${path}.`);
  });
}
