import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../files.js';
import { ignoreMissing } from './log-segment.js';

const FILE = 'boot';

/**
 * Whether the machine was started since a directory was in use last: then what was written last may not have reached
 * the disk.
 */
export async function bootedSince(directory: string, boot: string): Promise<boolean> {
  const last = await readFile(join(directory, FILE), 'utf8').catch(ignoreMissing);
  return last !== undefined && last !== boot;
}

/** Remembers that a directory is in use in this start of the machine. To be called when it is mended. */
export function rememberBoot(directory: string, boot: string): Promise<void> {
  return replaceFile(join(directory, FILE), boot);
}
