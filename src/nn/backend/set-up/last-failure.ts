import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ERRORS, type ErrorCode, PlantsenseError } from '../../../errors.js';

const NAME = 'last-failure.json';

interface Failure {
  readonly atMs: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Keeps why a set-up failed, for those that waited for it: each would only wait for the same network again. */
export async function keepFailure(directory: string, { code, message }: PlantsenseError): Promise<void> {
  const failure: Failure = { atMs: Date.now(), code, message };
  await writeFile(join(directory, NAME), JSON.stringify(failure)).catch(() => {});
}

/** The failure of another since a time, in milliseconds since the epoch. */
export async function failureSince(directory: string, sinceMs: number): Promise<PlantsenseError | null> {
  try {
    const { atMs, code, message } = JSON.parse(await readFile(join(directory, NAME), 'utf8')) as Failure;
    return atMs > sinceMs && Object.hasOwn(ERRORS, code) ? new PlantsenseError(code, message) : null;
  } catch {
    return null;
  }
}
