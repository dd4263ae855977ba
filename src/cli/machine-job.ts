import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { SegmentSet } from '../lifecycle/machine-model/segment-set.js';
import { type JobSet, jobDirectory, TrainingJob } from '../lifecycle/training-job.js';
import { NpySource } from '../nn/training/npy-source.js';
import type { TrainingProgress } from '../nn/training/progress.js';
import type { Cli } from './cli.js';
import { duration } from './duration.js';
import { leaveJob } from './leave-job.js';
import { Progress } from './progress.js';

export interface MachineJob<S extends SegmentSet & JobSet> {
  /** Of the training: the same files and options go on with the same job. */
  readonly key: unknown;
  /** Where jobs lie. */
  readonly root: string;
  readonly restart: boolean;
  /** Reads the recordings, their segments into a file. */
  readonly read: (tensorPath: string, onRead: (done: number, file: string) => Promise<void>) => Promise<S>;
  /** How many files `read` reads; 0 where it reads a topic. */
  readonly files: number;
}

/** What the training takes of a job. */
export interface JobHooks {
  readonly checkpoint: ReturnType<TrainingJob['checkpoint']>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrainingProgress) => Promise<void>;
}

/** Says something to people, without what is left of a bar before it. */
export type Tell = (line: string) => Promise<void>;

/**
 * Trains with a job that keeps segments and checkpoints, so that an interrupted training goes on.
 * @param work trains and writes what came of it: once it has ended the job is removed, and with it the training
 * @throws PlantsenseError as `read` and `work`; TRAINING_IN_USE, DISK_FULL, FILE_NOT_WRITABLE
 */
export async function withMachineJob<S extends SegmentSet & JobSet, T>(
  cli: Cli,
  { key, root, restart, read, files }: MachineJob<S>,
  work: (set: S, source: NpySource, hooks: JobHooks, tell: Tell) => Promise<T>,
): Promise<T> {
  const job = await TrainingJob.own<S>(jobDirectory(root, key, 'machine'));
  const training = new Progress(cli.stderr, 'training');
  try {
    if (restart) await job.clear();
    const interrupted = await job.resume();
    if (interrupted) {
      const { recordings } = interrupted;
      await cli.stderr.line(
        `Going on with a training that was interrupted, with ${recordings.length} ${files === 0 ? 'stretches of the topic' : 'recordings'}. --restart begins anew.`,
      );
    }
    const set = interrupted ?? (await job.collect(path => reading(cli, files, onRead => read(path, onRead))));
    const source = await NpySource.open(set.tensors.path);
    const hooks: JobHooks = {
      checkpoint: job.checkpoint('residual'),
      signal: cli.signal,
      onProgress: async progress => {
        training.show(progress.step, progress.steps, describe(progress));
        await setImmediate();
      },
    };
    const tell: Tell = async line => {
      training.end();
      await cli.stderr.line(line);
    };
    const result = await work(set, source, hooks, tell).finally(() => source.close());
    await job.remove();
    return result;
  } catch (error) {
    await leaveJob(cli, job, training, error);
    throw error;
  } finally {
    training.end();
  }
}

async function reading<T>(
  cli: Cli,
  files: number,
  read: (onRead: (done: number, file: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const progress = new Progress(cli.stderr, 'reading');
  try {
    return await read(async (done, file) => {
      progress.show(done, files, file);
      await setImmediate();
      cli.signal.throwIfAborted();
    });
  } finally {
    progress.end();
  }
}

/** Where the jobs of a training lie that writes to `out`. */
export function jobRoot(out: string): string {
  return join(out, '.training');
}

function describe({ step, steps, loss, etaSecs }: TrainingProgress): string {
  return `step ${step}/${steps}, loss ${loss.toPrecision(4)}, ${duration(etaSecs)} left`;
}
