import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { DataDirectory, findOwner } from '../broker/data-directory.js';
import { classify, PlantsenseError } from '../errors.js';
import { isDiskFull } from '../files.js';
import type { CheckpointPort } from '../nn/training/checkpoint.js';
import { fileCheckpoint, readIfThere, writeWhole } from './file-checkpoint.js';
import type { NoiseTrainingSet } from './noise-training-set.js';

/**
 * Where a training has its files.
 *
 * @param root of all jobs
 * @param key what the training depends on besides its events, as JSON: only the same goes on with it
 * @param method what the model is for
 */
export function jobDirectory(root: string, key: unknown, method = 'noise'): string {
  const id = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 12);
  return join(root, `${method}-${id}`);
}

/** Names of the lock's files. */
const LOCK = /^owner\./;

/** The checkpoint of a job's training of that name. */
export function jobCheckpoint(directory: string, name: string): CheckpointPort {
  return fileCheckpoint(join(directory, `${name}.checkpoint`));
}

/** What stopped a training and may be gone when it goes on: a full disk, a closed directory. Anything else fails again. */
export function mayPass(error: unknown): boolean {
  if (error instanceof PlantsenseError && error.code === 'FILE_NOT_WRITABLE') return true;
  return classify(error) === 'retryable';
}

/** What a job keeps: anything that can be cloned, with its tensors in a file beside it. */
export interface JobSet {
  readonly tensors: { readonly path: string } | null;
}

/**
 * The files of a training in progress: what it learns from, and checkpoints. A training that was killed goes on with
 * them, and with the same events, when it is started again in the same way. The job belongs to one process, until it is left
 * or removed or the process dies.
 */
export class TrainingJob<S extends JobSet = NoiseTrainingSet> {
  readonly directory: string;
  readonly #lock: DataDirectory;
  /** The uppermost directory that was made for the job; null when the root was there. */
  readonly #made: string | null;
  #hasEvents = false;

  private constructor(lock: DataDirectory, made: string | null) {
    this.directory = lock.path;
    this.#lock = lock;
    this.#made = made;
  }

  /**
   * Takes a job.
   *
   * @param directory of this job alone, which is made; see {@link jobDirectory}
   * @throws PlantsenseError TRAINING_IN_USE when another process works on it; DISK_FULL, FILE_NOT_WRITABLE
   */
  static async own<S extends JobSet = NoiseTrainingSet>(directory: string): Promise<TrainingJob<S>> {
    try {
      // Only the job's own directory is closed to others.
      const made = await mkdir(dirname(directory), { recursive: true });
      return new TrainingJob<S>(await DataDirectory.own(directory), made ?? null);
    } catch (cause) {
      if (!(cause instanceof PlantsenseError) || cause.code !== 'DATA_DIR_IN_USE') {
        const isFull = isDiskFull(cause) || (cause instanceof PlantsenseError && cause.code === 'DISK_FULL');
        throw new PlantsenseError(
          isFull ? 'DISK_FULL' : 'FILE_NOT_WRITABLE',
          `Can't keep a training in ${directory}.`,
          { cause },
        );
      }
      const owner = await findOwner(directory);
      const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process';
      throw new PlantsenseError('TRAINING_IN_USE', `The training in ${directory} is done by ${who}.`, {
        cause,
      });
    }
  }

  /** Gives the events of a training that was killed; null when there are none yet. */
  async resume(): Promise<S | null> {
    const bytes = await readIfThere(this.#setPath);
    if (!bytes) return null;
    try {
      const set = deserialize(bytes) as S;
      this.#hasEvents = true;
      // The data directory may have been moved.
      return { ...set, tensors: set.tensors && { ...set.tensors, path: this.#tensorPath } };
    } catch {
      // Of a version of Node.js that serializes in another way.
      return null;
    }
  }

  /**
   * Reads events, and keeps them for the case that the training is killed. What was read in part is removed.
   *
   * @param read is told where the spectrograms go
   * @throws PlantsenseError as `read`; DISK_FULL, FILE_NOT_WRITABLE
   */
  async collect(read: (tensorPath: string) => Promise<S>): Promise<S> {
    try {
      const set = await read(this.#tensorPath);
      // After a power cut there must not be events without their spectrograms.
      if (set.tensors) await waitForDisk(set.tensors.path);
      await writeWhole(this.#setPath, serialize(set));
      this.#hasEvents = true;
      return set;
    } catch (error) {
      await this.clear();
      throw error;
    }
  }

  checkpoint(name: string): CheckpointPort {
    return jobCheckpoint(this.directory, name);
  }

  /** Forgets events and checkpoints; the job stays this process's. */
  async clear(): Promise<void> {
    this.#hasEvents = false;
    for (const name of await readdir(this.directory))
      if (!LOCK.test(name)) await rm(join(this.directory, name), { recursive: true, force: true });
  }

  /**
   * Leaves the job to whoever goes on with it. Where nobody may, or there is nothing yet to go on with, removes it.
   * @returns whether there is something to go on with
   */
  async leave(mayGoOn: boolean): Promise<boolean> {
    const goesOn = mayGoOn && this.#hasEvents;
    await (goesOn ? this.#lock.release() : this.remove());
    return goesOn;
  }

  /** Removes all of it: the training is done. */
  async remove(): Promise<void> {
    await this.clear();
    await this.#lock.remove();
    // The root too, unless there are other jobs, and what was made to hold it, unless the training has written to it.
    await removeEmpty(dirname(this.directory), this.#made ?? dirname(this.directory));
  }

  get #tensorPath(): string {
    return join(this.directory, 'tensors.npy');
  }

  get #setPath(): string {
    return join(this.directory, 'events.bin');
  }
}

/** Removes a directory, and those that hold it up to `last`, as far as they are empty. */
async function removeEmpty(path: string, last: string): Promise<void> {
  try {
    await rmdir(path);
  } catch {
    return;
  }
  if (resolve(path) !== resolve(last)) await removeEmpty(dirname(path), last);
}

async function waitForDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
