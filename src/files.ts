import { access, constants, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
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
    throw writeError(cause, `Can't write ${path}: ${reason(cause)}.`);
  }
}

/**
 * Tells before long work whether {@link writeBytes} may write a file afterwards; the file is left as it is.
 * @throws PlantsenseError FILE_NOT_WRITABLE
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    await access((await isThere(path)) ? path : dirname(path), constants.W_OK);
  } catch (cause) {
    throw writeError(cause, `Can't write ${path}: ${reason(cause)}.`);
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Whether two paths lead to one file. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map(path => stat(path).catch(() => null)));
  return !!first && !!second && first.ino === second.ino && first.dev === second.dev;
}

/**
 * Gives a file a new content by way of another, and waits for the disk. Whatever is cut off when, there is the old one or
 * the new one, whole; then the new one. Throws what the file system says.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Makes new and removed names of a directory survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Whether there is no room: on the disk, in the user's quota, or in a file of the largest size that is allowed. */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code);
}

/** The failure of a write as DISK_FULL, which is waited for, or FILE_NOT_WRITABLE. */
export function writeError(cause: unknown, message: string): PlantsenseError {
  return new PlantsenseError(isDiskFull(cause) ? 'DISK_FULL' : 'FILE_NOT_WRITABLE', message, { cause });
}

/** Node's message without its code and the path, which we name ourselves. */
function reason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return /^[A-Z]+: ([^,]+)/.exec(message)?.[1] ?? message;
}

/** What tells whether files are the same as those of interrupted work: path, size and when they were written. */
export function identityOf(files: readonly string[]): Promise<unknown[]> {
  return Promise.all(
    files.map(async file => {
      const { size, mtimeMs } = await stat(file);
      return [resolve(file), size, mtimeMs];
    }),
  );
}
