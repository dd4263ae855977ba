import { readFile, writeFile } from 'node:fs/promises';
import { PlantsenseError } from './errors.js';

/** @throws PlantsenseError FILE_NOT_FOUND */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new PlantsenseError('FILE_NOT_FOUND', `Can't read ${path}: ${reason(cause)}.`, { cause });
  }
}

/** @throws PlantsenseError FILE_NOT_WRITABLE, DISK_FULL */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes);
  } catch (cause) {
    const isFull = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
    const code = isFull ? 'DISK_FULL' : 'FILE_NOT_WRITABLE';
    throw new PlantsenseError(code, `Can't write ${path}: ${reason(cause)}.`, { cause });
  }
}

/** Node's message without its code and the path, which we name ourselves. */
function reason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return /^[A-Z]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
