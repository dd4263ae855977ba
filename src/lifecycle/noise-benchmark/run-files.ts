import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { PlantsenseError } from '../../errors.js';
import type { CheckpointPort } from '../../nn/training/checkpoint.js';
import { fileCheckpoint, readIfThere, writeWhole } from '../file-checkpoint.js';
import { type RunResult, runResultSchema } from './run-result.js';

const CHECKPOINT = '.checkpoint';

/** What a result is looked up by, and what it has to agree in. */
export type ResultKey = Pick<RunResult, 'method' | 'run' | 'seed' | 'recordings' | 'options'>;

/** The results of a benchmark in a directory, one JSON file for each method and run. */
export class RunFiles {
  readonly #directory: string;

  /** @param directory made when the first result is kept */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * The result that is there already; null when there is none.
   * @throws PlantsenseError BENCHMARK_RESULT_INVALID when it is damaged, or of other recordings or options
   */
  async load(key: ResultKey): Promise<RunResult | null> {
    const path = this.#path(key.run, `${key.method}.json`);
    const bytes = await readIfThere(path);
    if (!bytes) return null;
    const result = parse(bytes);
    if (!result) throw new PlantsenseError('BENCHMARK_RESULT_INVALID', `${path} is not the result of a run.`);
    // As JSON has them: what is undefined is not there.
    const { recordings, options, ...rest } = JSON.parse(JSON.stringify(key)) as ResultKey;
    if (result.recordings !== recordings)
      throw new PlantsenseError('BENCHMARK_RESULT_INVALID', `${path} is of other recordings or classes.`);
    for (const [name, [there, now]] of differing(
      { ...result.options, ...of(result) },
      { ...options, ...rest },
    ))
      throw new PlantsenseError(
        'BENCHMARK_RESULT_INVALID',
        `${path} was computed with ${name} ${JSON.stringify(there)}, not ${JSON.stringify(now)}.`,
      );
    return result;
  }

  /** @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE */
  async save(result: RunResult): Promise<void> {
    await this.#make();
    const path = this.#path(result.run, `${result.method}.json`);
    await writeWhole(path, Buffer.from(`${JSON.stringify(result)}\n`));
  }

  /**
   * Where a training of a run has its checkpoint.
   * @param key what the training depends on, as JSON: another key is another checkpoint
   */
  checkpoint(run: number, training: string, key: unknown): CheckpointPort {
    const id = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 12);
    const port = fileCheckpoint(this.#path(run, `${training}-${id}${CHECKPOINT}`));
    return {
      load: port.load,
      save: async bytes => {
        await this.#make();
        await port.save(bytes);
      },
    };
  }

  /** Removes all checkpoints of a run: its results are there. */
  async removeCheckpoints(run: number): Promise<void> {
    const names = await readdir(this.#directory).catch(() => []);
    const prefix = runPrefix(run);
    for (const name of names)
      if (name.startsWith(prefix) && name.endsWith(CHECKPOINT))
        await rm(join(this.#directory, name), { force: true });
  }

  #path(run: number, name: string): string {
    return join(this.#directory, `${runPrefix(run)}${name}`);
  }

  async #make(): Promise<void> {
    await mkdir(this.#directory, { recursive: true }).catch((cause: unknown) => {
      throw new PlantsenseError('FILE_NOT_WRITABLE', `Can't make ${this.#directory}.`, { cause });
    });
  }
}

function runPrefix(run: number): string {
  return `${`${run}`.padStart(2, '0')}-`;
}

function parse(bytes: Uint8Array): RunResult | null {
  try {
    return runResultSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    return null;
  }
}

function of({ method, run, seed }: RunResult) {
  return { method, run, seed };
}

function differing(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>) {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names
    .filter(name => !isDeepStrictEqual(a[name], b[name]))
    .map(name => [name, [a[name], b[name]]] as const);
}
