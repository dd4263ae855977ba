import { join } from 'node:path';
import { SEGMENT_SAMPLE_RATE_HZ, Segmenter } from '../audio/segments.js';
import { PlantsenseError } from '../errors.js';
import { identityOf, writeBytes } from '../files.js';
import { addClacks } from '../lifecycle/machine-benchmark/clacks.js';
import { machinePicture } from '../lifecycle/machine-benchmark/machine-picture.js';
import {
  type BenchmarkPhase,
  type MachineBenchmark,
  runMachineBenchmark,
} from '../lifecycle/machine-benchmark/run-machine-benchmark.js';
import {
  SegmentCollector,
  type SegmentedRecording,
  type SegmentSet,
} from '../lifecycle/machine-model/segment-set.js';
import { type SplitRecordings, splitRecordings } from '../lifecycle/machine-model/split-recordings.js';
import { writeModelDirectory } from '../lifecycle/model-directory.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { findRecordings } from '../stages/find-recordings.js';
import { collectRecordings, readMachineSound } from '../stages/machine-recordings.js';
import type { BenchMachineFlags } from './bench-machine-command.js';
import { machineBenchmarkText } from './bench-machine-text.js';
import type { Cli } from './cli.js';
import { jobRoot, withMachineJob } from './machine-job.js';
import { machineNotices } from './machine-notices.js';
import { fitOptionsOf } from './machine-options.js';

/** All recordings of a benchmark, with what is what. */
interface BenchmarkSet extends SegmentSet {
  /** As they were read, without those that were made of them. */
  readonly originals: readonly SegmentedRecording[];
  readonly normal: SplitRecordings;
  /** Abnormal recordings that tell thresholds: those of the categories that are not judged. */
  readonly abnormal: readonly SegmentedRecording[];
  readonly categories: ReadonlyMap<string, readonly SegmentedRecording[]>;
}

type Files = ReadonlyMap<string, readonly string[]>;
type OnRead = (done: number, file: string) => Promise<void>;

/**
 * Runs a benchmark and writes `table.txt`, `table.json`, `picture.svg` and the model.
 * @throws PlantsenseError as `runMachineBenchmark`, `findRecordings` and `readMachineSound`; USAGE_INVALID without a
 *   category; the reason of the signal
 */
export async function benchMachine(cli: Cli, flags: BenchMachineFlags) {
  const { out, abnormal = new Map<string, string>(), noise, snr, components, resamples, test } = flags;
  if (abnormal.size === 0 && noise === undefined)
    throw new PlantsenseError(
      'USAGE_INVALID',
      'There is nothing abnormal to judge: give --abnormal NAME=DIR or --noise clack.',
    );
  const normal = await findRecordings([flags.normal]);
  const categories = new Map<string, readonly string[]>();
  for (const [name, directory] of abnormal) categories.set(name, await findRecordings([directory]));
  const fit = fitOptionsOf(flags);
  await openBackend({ report: line => void cli.stderr.line(line) });
  const files = [normal, ...categories.values()].flat();
  const identities = await Promise.all(
    [...categories].map(async ([name, paths]) => [name, await identityOf(paths)] as const),
  );
  const levels = noise === undefined ? [] : snr;
  const job = {
    ...{ root: jobRoot(out), restart: flags.restart, files: files.length },
    key: [await identityOf(normal), identities, fit, test, levels],
    read: (path: string, onRead: OnRead) => readAll(path, normal, categories, flags, levels, onRead),
  };
  return await withMachineJob(cli, job, async (set, source, hooks, tell) => {
    for (const line of machineNotices(set.originals)) await tell(line);
    const { normal, abnormal, categories } = set;
    const data = { set, source, normal, abnormal, categories };
    const result = await runMachineBenchmark(data, {
      ...{ fit: { ...fit, ...hooks }, components, resamples },
      onPhase: phase => tell(phaseText(phase, flags)),
    });
    result.fitted.model.dispose();
    return await writeReport(flags, set, result);
  });
}

/** Writes model, tables and picture. */
async function writeReport(
  { out, normal, seed, resamples }: BenchMachineFlags,
  set: BenchmarkSet,
  { methods, differences, windows, fitted }: MachineBenchmark,
) {
  const { artefact, model, training } = fitted;
  const { details } = model;
  await writeModelDirectory(join(out, 'model'), artefact);
  const about = {
    ...{ normal, recordings: sizes(set), windows, steps: training.steps },
    ...{ width: details.width, equation3: details.equation3, segmentSecs: details.segmentSecs },
    ...{ model: artefact.card.version, loss: training.loss, heldOutLoss: training.heldOutLoss },
    ...{ seed, resamples, fingerprint: set.fingerprint },
  };
  const text = machineBenchmarkText(methods, differences, about);
  const json = { ...about, methods, differences };
  const written = {
    'table.txt': text,
    'table.json': `${JSON.stringify(json, null, 2)}\n`,
    'picture.svg': machinePicture(methods, summaryOf(about)),
  };
  for (const [name, content] of Object.entries(written))
    await writeBytes(join(out, name), Buffer.from(content));
  return { json, text };
}

/** Reads all recordings, and those of the normal ones that are judged again, with clacks. */
async function readAll(
  path: string,
  normalFiles: readonly string[],
  abnormal: Files,
  flags: BenchMachineFlags,
  levels: readonly number[],
  onRead: OnRead,
): Promise<BenchmarkSet> {
  const { validation, test, seed } = flags;
  const collector = new SegmentCollector(path, new Segmenter(fitOptionsOf(flags).segment));
  try {
    const recordings = await collectRecordings(normalFiles, collector, onRead);
    const normal = splitRecordings(recordings, { validation, test }, seed);
    const categories = new Map<string, readonly SegmentedRecording[]>();
    let done = normalFiles.length;
    for (const [name, files] of abnormal) {
      const before = done;
      categories.set(
        name,
        await collectRecordings(files, collector, (count, file) => onRead(before + count, file)),
      );
      done += files.length;
    }
    const originals = [...recordings, ...[...categories.values()].flat()];
    for (const snrDb of levels) {
      const clacked: SegmentedRecording[] = [];
      for (const [i, { name }] of normal.test.entries()) {
        const sound = await readMachineSound(name);
        // The same clacks at each level, so that levels can be held against each other.
        const { samples } = addClacks(sound.samples, SEGMENT_SAMPLE_RATE_HZ, { snrDb, seed: seed + i });
        clacked.push(await collector.add(`${name}, clacks ${snrDb} dB`, { ...sound, samples }));
        await onRead(done, name);
      }
      categories.set(`clack ${snrDb} dB`, clacked);
    }
    const parted = partAbnormal(categories, flags);
    return { ...(await collector.finish()), originals, normal, ...parted };
  } catch (error) {
    await collector.abandon();
    throw error;
  }
}

/**
 * By a sensitivity, each category gives a share of its recordings to tell thresholds, and is judged by the others.
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT with the name of a category of one recording
 */
function partAbnormal(
  categories: ReadonlyMap<string, readonly SegmentedRecording[]>,
  { rule, validation, seed }: BenchMachineFlags,
): Pick<BenchmarkSet, 'abnormal' | 'categories'> {
  if (rule !== 'sensitivity') return { abnormal: [], categories };
  const telling: SegmentedRecording[] = [];
  const judged = new Map<string, readonly SegmentedRecording[]>();
  for (const [name, recordings] of categories) {
    try {
      const parts = splitRecordings(recordings, { validation, test: 0 }, seed);
      telling.push(...parts.validation);
      judged.set(name, parts.training);
    } catch (cause) {
      if (!(cause instanceof PlantsenseError)) throw cause;
      throw new PlantsenseError(cause.code, `${name}: ${cause.message}`, { cause });
    }
  }
  return { abnormal: telling, categories: judged };
}

/** What a person waits for: each part takes seconds or hours, by the recordings and the steps. */
function phaseText(phase: BenchmarkPhase, { components, steps, resamples }: BenchMachineFlags): string {
  switch (phase) {
    case 'components':
      return `Baseline: ${components} principal components.`;
    case 'network':
      return `Training: ${steps} steps.`;
    case 'scores':
      return 'Residuals of all recordings.';
    case 'bootstrap':
      return `Intervals: ${resamples} resamples.`;
  }
}

function sizes({ normal: { training, validation, test }, abnormal }: BenchmarkSet) {
  return {
    ...{ training: training.length, validation: validation.length, test: test.length },
    abnormal: abnormal.length,
  };
}

function summaryOf({
  recordings,
  width,
  steps,
  model,
}: {
  recordings: ReturnType<typeof sizes>;
  width: string | null;
  steps: number;
  model: string;
}) {
  const { training, validation, test } = recordings;
  return (
    `${training} normal recordings to train with, ${validation} for thresholds, ${test} to be judged · ` +
    `${width ?? 'own'} network, ${steps} steps (${model})`
  );
}
