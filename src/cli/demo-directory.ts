import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataDirectory } from '../broker/data-directory.js';
import { PlantsenseError } from '../errors.js';

/** A data directory that the demo made, or may make its own. */
export interface DemoDirectory {
  readonly path: string;
  readonly logFile: string;
  /** How many runs of the demo it has seen. */
  readonly runs: number;
}

/** Tells a directory of the demo from any other. */
const MARKER = 'demo.json';
const LOG = 'demo.log';
/** What the demo makes. The lock files stay: their numbers are not used twice. */
const OURS = ['broker', 'store', 'models', 'checkpoints', 'clips', LOG];

/**
 * Finds or makes the demo's directory.
 * @param fresh whether to delete what earlier runs left; only what the demo made, and only where it left its mark
 * @throws PlantsenseError PARAMETER_INVALID for a directory with something else in it, DATA_DIR_IN_USE, DISK_FULL
 */
export async function openDemoDirectory(path: string, fresh: boolean): Promise<DemoDirectory> {
  const runs = await readRuns(path);
  if (runs === null && (await entries(path)).length > 0)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${path} is not empty and not a directory of the demo: it has no ${MARKER}. Give another --data-dir.`,
    );
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (fresh && runs !== null) await clear(path);
  await writeRuns(path, fresh ? 0 : (runs ?? 0));
  return { path, logFile: join(path, LOG), runs: fresh ? 0 : (runs ?? 0) };
}

/** Counts a run that has begun. */
export function countRun({ path, runs }: DemoDirectory): Promise<void> {
  return writeRuns(path, runs + 1);
}

async function clear(path: string): Promise<void> {
  const directory = await DataDirectory.own(path);
  try {
    for (const name of OURS) await rm(join(path, name), { recursive: true, force: true });
  } finally {
    await directory.release();
  }
}

/** Null where the demo has not been. */
async function readRuns(path: string): Promise<number | null> {
  try {
    const { plantsense, runs } = JSON.parse(await readFile(join(path, MARKER), 'utf8')) as Record<
      string,
      unknown
    >;
    return plantsense === 'demo' && typeof runs === 'number' ? runs : null;
  } catch {
    return null;
  }
}

async function writeRuns(path: string, runs: number): Promise<void> {
  await writeFile(join(path, MARKER), `${JSON.stringify({ plantsense: 'demo', runs })}\n`);
}

async function entries(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new PlantsenseError('FILE_NOT_FOUND', `${path} can't be the demo's directory.`, { cause });
  }
}
