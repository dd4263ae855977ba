import { setImmediate } from 'node:timers/promises';
import { type ErrorCode, PlantsenseError } from '../../errors.js';
import {
  type BenchmarkMethod,
  type BenchmarkSettings,
  isNetwork,
  methodOptions,
} from './benchmark-options.js';
import { BenchmarkProgress, type ProgressListener } from './benchmark-progress.js';
import { commonSpace } from './common-space.js';
import { judgeFit } from './judge-fit.js';
import type { BenchmarkData } from './recording-set.js';
import type { ResultKey, RunFiles } from './run-files.js';
import { type NetworkTraining, RunMethods } from './run-methods.js';
import type { RunResult } from './run-result.js';

export interface BenchmarkHooks {
  /** Opens the tensor backend: called once, before anything is computed, when a network's result is missing. */
  readonly openBackend?: () => Promise<unknown>;
  readonly onProgress?: ProgressListener;
  /** Told of each result, also of those that were there. */
  readonly onResult?: (result: RunResult, isNew: boolean) => void | Promise<void>;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** A method that fails so has that in its row of the table; anything else ends the benchmark. */
const RESULTS: ReadonlySet<ErrorCode> = new Set(['MODEL_COLLAPSED', 'MODEL_DIVERGED', 'MIXTURE_ILL_DEFINED']);

/**
 * Runs every method as often as asked, each run with another seed, and measures what each gives. Results that are
 * in the directory already are taken as they are.
 *
 * @returns all results, run by run
 * @throws PlantsenseError BENCHMARK_RESULT_INVALID; TRAINING_DATA_INSUFFICIENT when there are too few recordings for k
 *   groups; DISK_FULL, FILE_NOT_WRITABLE; what `openBackend` throws; the reason of the signal
 */
export async function runBenchmark(
  data: BenchmarkData,
  settings: BenchmarkSettings,
  files: RunFiles,
  { openBackend, onProgress, onResult, signal, nowMs }: BenchmarkHooks,
): Promise<RunResult[]> {
  checkGroups(settings, data.pooled.rows);
  const common = commonSpace(data.pooled);
  const keys = keysOf(data, settings);
  // All are read first: what does not agree is told before hours of computing.
  const there = new Map<ResultKey, RunResult>();
  for (const key of keys) {
    const result = await files.load(key);
    if (result) there.set(key, result);
  }
  const missing = keys.filter(key => !there.has(key));
  if (missing.some(({ method }) => isNetwork(method))) await openBackend?.();
  const progress = new BenchmarkProgress(settings, data.pooled.rows, missing, nowMs, onProgress);

  const results: RunResult[] = [];
  for (let run = 1; run <= settings.runs; run++) {
    const ofRun = keys.filter(key => key.run === run);
    const methods = new RunMethods(data, settings, settings.seed + run - 1, {
      checkpoint: training => files.checkpoint(run, training, trainingKey(training, run)),
      onStep: (part, step) => progress.step(run, part, step),
      ...{ signal, nowMs },
    });
    try {
      for (const key of ofRun) {
        await setImmediate();
        signal.throwIfAborted();
        const stored = there.get(key);
        const result = stored ?? (await compute(key));
        results.push(result);
        await onResult?.(result, !stored);
      }
      if (ofRun.some(({ method }) => isNetwork(method))) await files.removeCheckpoints(run);
    } finally {
      await methods.dispose();
    }

    async function compute(key: ResultKey): Promise<RunResult> {
      await progress.begin(run, key.method);
      const { secs, outcome } = await outcomeOf(key.method);
      const result: RunResult = { format: 1, ...key, secs, outcome };
      await files.save(result);
      await progress.end(run, key.method);
      return result;
    }

    async function outcomeOf(method: BenchmarkMethod): Promise<Pick<RunResult, 'secs' | 'outcome'>> {
      try {
        const fit = await methods.fit(method);
        const outcome = judgeFit(fit, settings.k, common, data.classes?.truth ?? null);
        return { secs: fit.secs, outcome };
      } catch (error) {
        if (!(error instanceof PlantsenseError && RESULTS.has(error.code))) throw error;
        return { secs: null, outcome: { state: 'failed', code: error.code, reason: error.message } };
      }
    }
  }
  return results;

  function trainingKey(training: NetworkTraining, run: number) {
    const method = training === 'conv-sdae' ? 'conv-sdae+kmeans' : training;
    return {
      ...{ seed: settings.seed + run - 1, recordings: data.fingerprint },
      options: methodOptions(method, settings, data.pooled.rows),
    };
  }
}

/** Else a training of hours would end so. */
function checkGroups({ methods, k }: BenchmarkSettings, rows: number): void {
  for (const method of methods) {
    const needed = method.startsWith('vade') || method === 'dec' || method === 'dec+kmeans' ? 2 * k : k;
    if (rows < needed)
      throw new PlantsenseError(
        'TRAINING_DATA_INSUFFICIENT',
        `There are ${rows} recordings; ${k} groups by ${method} need ${needed}.`,
      );
  }
}

function keysOf({ fingerprint, pooled }: BenchmarkData, settings: BenchmarkSettings): ResultKey[] {
  const { runs, seed, methods } = settings;
  return Array.from({ length: runs }, (_, i) =>
    methods.map(method => ({
      ...{ method, run: i + 1, seed: seed + i, recordings: fingerprint },
      options: { ...methodOptions(method, settings, pooled.rows) },
    })),
  ).flat();
}
