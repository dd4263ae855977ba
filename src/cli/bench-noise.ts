import { join, relative, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { PlantsenseError } from '../errors.js';
import { writeBytes } from '../files.js';
import { type BenchmarkOptions, benchmarkSettings } from '../lifecycle/noise-benchmark/benchmark-options.js';
import type { BenchmarkState } from '../lifecycle/noise-benchmark/benchmark-progress.js';
import { classIndices } from '../lifecycle/noise-benchmark/class-indices.js';
import { HeldOutLikelihood } from '../lifecycle/noise-benchmark/held-out-likelihood.js';
import { benchmarkPicture } from '../lifecycle/noise-benchmark/picture/benchmark-picture.js';
import type { SpectrogramAxes } from '../lifecycle/noise-benchmark/picture/spectrogram-panels.js';
import { RecordingSet } from '../lifecycle/noise-benchmark/recording-set.js';
import { runBenchmark } from '../lifecycle/noise-benchmark/run-benchmark.js';
import { RunFiles } from '../lifecycle/noise-benchmark/run-files.js';
import type { RunResult } from '../lifecycle/noise-benchmark/run-result.js';
import { summarise } from '../lifecycle/noise-benchmark/summarise.js';
import { summaryCsv } from '../lifecycle/noise-benchmark/summary-csv.js';
import { TrainingJob } from '../lifecycle/training-job.js';
import { EventTensor } from '../stages/event-tensor.js';
import { findRecordings } from '../stages/find-recordings.js';
import { readSound } from '../stages/read-sound.js';
import { summaryText } from './bench-noise-text.js';
import type { Cli } from './cli.js';
import { duration } from './duration.js';
import { Progress } from './progress.js';

export interface NoiseBenchmark {
  /** Of recordings. */
  readonly directory: string;
  readonly out: string;
  /** Whether the folders below the directory are known classes. */
  readonly hasClasses: boolean;
  readonly options: BenchmarkOptions;
  readonly nowMs: () => number;
}

/**
 * Runs a benchmark on recordings and writes `table.txt`, `table.csv`, `table.json` and `picture.svg`.
 * @throws PlantsenseError as `runBenchmark`, `findRecordings`, `readSound` and `openBackend`; USAGE_INVALID when a
 *   recording has no folder; the reason of the signal
 */
export async function runNoiseBenchmark(cli: Cli, benchmark: NoiseBenchmark) {
  const { directory, out, options, nowMs } = benchmark;
  const settings = benchmarkSettings(options);
  // One benchmark at a time, whatever its options: they share table and picture, and results of runs.
  const job = await TrainingJob.own(join(out, '.training', 'bench-noise'));
  const computing = new Progress(cli.stderr, 'bench');
  try {
    const data = await readRecordings(cli, benchmark, join(job.directory, 'spectrograms.npy'));
    try {
      const results = await runBenchmark(data, settings, new RunFiles(join(out, 'runs')), {
        openBackend: async () => {
          const { openBackend } = await import('../nn/backend/open-backend.js');
          await openBackend({ report: line => void cli.stderr.line(line) });
        },
        onProgress: state => computing.show(state.share, 1, progressText(state, settings.runs)),
        onResult: async (result, isNew) => {
          computing.end();
          if (isNew) await cli.stderr.line(resultText(result, settings.runs));
        },
        ...{ signal: cli.signal, nowMs },
      });
      const heldOut = new HeldOutLikelihood(data.pooled);
      const methods = summarise(results, heldOut);
      const knownClasses = classIndices(data, heldOut);
      const { k, runs, seed, network } = settings;
      const about = {
        ...{ directory, recordings: data.pooled.rows, fingerprint: data.fingerprint },
        ...{ classes: data.classes?.names ?? null, k, runs, seed, network },
      };
      const json = { ...about, knownClasses, methods };
      const heading = `${data.pooled.rows} recordings of ${directory}, k = ${k}, ${runs} run${runs === 1 ? '' : 's'}\n\n`;
      const text = heading + summaryText(methods, knownClasses);
      const files = {
        'table.txt': text,
        'table.csv': summaryCsv(methods),
        'table.json': `${JSON.stringify(json, null, 2)}\n`,
        'picture.svg': await benchmarkPicture(data, results, { k, axes: spectrogramAxes() }),
      };
      for (const [name, content] of Object.entries(files))
        await writeBytes(join(out, name), Buffer.from(content));
      return { json, text };
    } finally {
      await data.close();
    }
  } finally {
    computing.end();
    await job.remove();
  }
}

function spectrogramAxes(): SpectrogramAxes {
  const { durationSecs, fminHz, fmaxHz, sampleRateHz } = new EventTensor({}).options;
  // Levels are told from the loudest of each recording.
  return { durationSecs, fminHz, fmaxHz: fmaxHz ?? sampleRateHz / 2, levelUnit: 'dB re maximum' };
}

/** All recordings below a directory, by name, as spectrograms. */
async function readRecordings(cli: Cli, { directory, hasClasses }: NoiseBenchmark, tensorPath: string) {
  const paths = await findRecordings([directory]);
  const tensor = new EventTensor({});
  const set = new RecordingSet(tensorPath, tensor.shape);
  const reading = new Progress(cli.stderr, 'reading');
  try {
    for (const [i, path] of paths.entries()) {
      const name = relative(directory, path);
      const { samples, sampleRateHz } = await readSound(path);
      await set.add(tensor.compute(samples, sampleRateHz), hasClasses ? classOf(name) : null);
      reading.show(i + 1, paths.length, name);
      await setImmediate();
      cli.signal.throwIfAborted();
    }
  } catch (error) {
    await set.abandon();
    throw error;
  } finally {
    reading.end();
  }
  return set.finish();
}

/** The first folder below the directory. */
function classOf(name: string): string {
  const [folder = '', ...rest] = name.split(sep);
  if (rest.length > 0) return folder;
  throw new PlantsenseError(
    'USAGE_INVALID',
    `--labels-from folders needs each recording in the folder of its class; ${name} is in none.`,
  );
}

function progressText({ run, method, training, etaSecs }: BenchmarkState, runs: number): string {
  const step = training
    ? `, ${training.part} ${training.step}/${training.steps}, loss ${training.loss.toPrecision(4)}`
    : '';
  const left = etaSecs === null ? '' : `, ${duration(etaSecs)} left`;
  return `run ${run}/${runs} ${method}${step}${left}`;
}

function resultText({ run, method, secs, outcome }: RunResult, runs: number): string {
  const took = secs === null ? '' : ` (${secs.toFixed(1)} s)`;
  const said =
    outcome.state === 'failed'
      ? `${outcome.code}: ${outcome.reason}`
      : `${outcome.activeGroups} groups, silhouette ${outcome.own.silhouette?.toFixed(3) ?? '-'}`;
  return `run ${run}/${runs} ${method}: ${said}${took}`;
}
