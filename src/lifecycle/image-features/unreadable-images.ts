import { type ErrorCode, PlantsenseError } from '../../errors.js';

/** A file that can't be encoded. */
export interface UnreadableImage {
  readonly path: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Decoded at a time. */
const AT_ONCE = 4;

/**
 * Decodes all files, to tell before hours of work which ones can't be: a header does not say that the rest is missing.
 * @param read throws a PlantsenseError of a file that can't be encoded
 * @throws the reason of the signal, and what is no fault of a file
 */
export async function unreadableImages(
  files: readonly string[],
  read: (file: string) => Promise<unknown>,
  onProgress: (done: number) => void,
  signal: AbortSignal,
): Promise<readonly UnreadableImage[]> {
  const found: (UnreadableImage | null)[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    found.push(...(await Promise.all(files.slice(at, at + AT_ONCE).map(path => faultOf(path, read)))));
    onProgress(found.length);
    signal.throwIfAborted();
  }
  return found.filter(fault => fault !== null);
}

async function faultOf(
  path: string,
  read: (file: string) => Promise<unknown>,
): Promise<UnreadableImage | null> {
  try {
    await read(path);
    return null;
  } catch (error) {
    if (!(error instanceof PlantsenseError)) throw error;
    return { path, code: error.code, message: error.message };
  }
}
