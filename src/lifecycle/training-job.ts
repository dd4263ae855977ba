import { createHash } from 'node:crypto';
import { mkdir, open, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { CheckpointPort } from '../nn/training/checkpoint.js';
import { fileCheckpoint, readIfThere, writeWhole } from './file-checkpoint.js';
import type { NoiseTrainingSet } from './noise-training-set.js';

/**
 * Where a training has its files.
 *
 * @param root of all jobs
 * @param key what the training depends on besides its events, as JSON: only the same goes on with it
 */
export function jobDirectory(root: string, key: unknown): string {
  const id = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 12);
  return join(root, `noise-${id}`);
}

/**
 * The files of a training in progress: what it learns from, and checkpoints. A training that was killed goes on with
 * them, and with the same events, when it is started again in the same way. One process may work on a job at a time.
 */
export class TrainingJob {
  readonly directory: string;

  /** @param directory of this job alone; see {@link jobDirectory} */
  constructor(directory: string) {
    this.directory = directory;
  }

  /** Where the spectrograms go. */
  get tensorPath(): string {
    return join(this.directory, 'tensors.npy');
  }

  /** Makes the directory and gives the events of a training that was killed; null when there are none yet. */
  async resume(): Promise<NoiseTrainingSet | null> {
    await mkdir(this.directory, { recursive: true });
    const bytes = await readIfThere(this.#setPath);
    if (!bytes) return null;
    try {
      const set = deserialize(bytes) as NoiseTrainingSet;
      // The data directory may have been moved.
      return { ...set, tensors: set.tensors && { ...set.tensors, path: this.tensorPath } };
    } catch {
      // Of a version of Node.js that serializes in another way.
      return null;
    }
  }

  /** Keeps the events for the case that the training is killed. Throws as {@link writeWhole}. */
  async keep(set: NoiseTrainingSet): Promise<void> {
    // After a power cut there must not be events without their spectrograms.
    if (set.tensors) await waitForDisk(set.tensors.path);
    await writeWhole(this.#setPath, serialize(set));
  }

  checkpoint(name: string): CheckpointPort {
    return fileCheckpoint(join(this.directory, `${name}.checkpoint`));
  }

  /** Removes all of it: the training is done, or begins anew. */
  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
    // The root too, unless there are other jobs.
    await rmdir(dirname(this.directory)).catch(() => {});
  }

  get #setPath(): string {
    return join(this.directory, 'events.bin');
  }
}

async function waitForDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
