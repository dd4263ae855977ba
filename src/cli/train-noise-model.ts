import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { PlantsenseError } from '../errors.js';
import { identityOf } from '../files.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import type { FitNoiseOptions, FitProgress } from '../lifecycle/fit-noise-options.js';
import { fitStoredNoise } from '../lifecycle/fit-stored-noise.js';
import { writeModelDirectory } from '../lifecycle/model-directory.js';
import { isDeepKind } from '../lifecycle/noise-kind.js';
import type { NoiseTrainingSet } from '../lifecycle/noise-training-set.js';
import { needsTensors, trainNoise } from '../lifecycle/train-noise.js';
import { jobDirectory, TrainingJob } from '../lifecycle/training-job.js';
import { readAnnouncements } from '../stages/announcements.js';
import { findRecordings, isRecordingName } from '../stages/find-recordings.js';
import { fitOptionsOf, type NoiseModelOptions } from '../stages/noise-model-options.js';
import { trainingSetOfFiles } from '../stages/training-files.js';
import { type FeatureTopic, readTrainingWindow } from '../stages/training-window.js';
import { announceOn } from '../topology/announce-on.js';
import { logMelOf, modelOfType, type NoiseTraining, noiseTraining } from '../topology/noise-training.js';
import type { Topology } from '../topology/topology.js';
import type { Cli } from './cli.js';
import { readConnection, withBroker, withExistingBroker } from './connection.js';
import { leaveJob } from './leave-job.js';
import { Progress } from './progress.js';
import type { ModelFlags, TrainFlags } from './train.js';
import { printTrained, type Trained } from './train-report.js';

/** Where the events are. */
type Source = { readonly files: readonly string[] } | FeatureTopic;

interface Plan {
  readonly topology: Topology;
  readonly defaults: NoiseTraining;
  readonly model: NoiseModelOptions;
  readonly source: Source;
}

/** What `train noise` does. */
export async function trainNoiseModel(
  cli: Cli,
  sources: readonly string[],
  flags: TrainFlags,
): Promise<void> {
  const topology = await readConnection(cli, flags);
  const defaults = noiseTraining(topology);
  const model = modelOf(defaults.model, flags);
  const source = await sourceOf(sources, flags, topology, defaults);
  const plan: Plan = { topology, defaults, model, source };
  const fitting = new Progress(cli.stderr, 'fitting');
  try {
    const trained = await (flags.out === undefined
      ? trainAndAnnounce(cli, plan, flags, fitting)
      : trainTo(cli, plan, flags, flags.out, fitting));
    fitting.end();
    await printTrained(cli, trained, flags.json);
  } finally {
    fitting.end();
  }
}

/**
 * The model of the options over the topology's.
 * @throws PlantsenseError USAGE_INVALID for an option that this kind of model doesn't take
 */
function modelOf(fallback: NoiseTraining['model'], flags: TrainFlags): NoiseModelOptions {
  const model = modelOfType(fallback, flags.model ?? fallback.type);
  const given = Object.fromEntries(
    MODEL_FLAGS.flatMap(name => (flags[name] === undefined ? [] : [[name, flags[name]]])),
  );
  for (const name of Object.keys(given)) {
    if (name in model) continue;
    const option = name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
    throw new PlantsenseError('USAGE_INVALID', `--${option} is no option of ${model.type}.`);
  }
  return { ...model, ...given };
}

const MODEL_FLAGS = [
  ...(['groups', 'minGroups', 'maxGroups', 'novelQuantile', 'seed', 'loss', 'latentDim'] as const),
  ...(['filters', 'pretrainEpochs', 'epochs', 'batchSize', 'learningRate'] as const),
] as const satisfies readonly (keyof ModelFlags)[];

async function sourceOf(
  sources: readonly string[],
  flags: TrainFlags,
  topology: Topology,
  defaults: NoiseTraining,
): Promise<Source> {
  const [only] = sources;
  const isTopic = only !== undefined && sources.length === 1 && !existsSync(only) && mayBeTopic(only);
  if (sources.length > 0 && !isTopic) {
    if (flags.topic !== undefined)
      throw new PlantsenseError('USAGE_INVALID', 'It learns from recordings or from a topic, not from both.');
    return { files: await findRecordings(sources) };
  }
  const { topic = only ?? defaults.input, windowHours = defaults.windowHours } = flags;
  return { topic, windowHours, logMel: logMelOf(topology, topic) };
}

/** What looks like a path is one that is mistyped when there is nothing. */
function mayBeTopic(name: string): boolean {
  return !isRecordingName(name) && !name.includes('/');
}

async function trainAndAnnounce(
  cli: Cli,
  plan: Plan,
  flags: TrainFlags,
  fitting: Progress,
): Promise<Trained> {
  const { topology, defaults, model, source } = plan;
  const { modelsTopic = defaults.modelsTopic, announce } = flags;
  const activeFromUs = flags.activeFrom ?? Date.now() * 1000;
  const openBroker = 'files' in source ? withBroker : withExistingBroker;
  return openBroker(cli, topology, async broker => {
    const announcements = await readAnnouncements(broker, modelsTopic, cli.signal);
    const tensors = needsTensors(model.type, { announcements, activeFromUs });
    const root = join(topology.dataDir, 'checkpoints');
    return withJob(cli, plan, flags, root, tensors, fitting, async (fit, read) => {
      const set = await read(path =>
        'files' in source
          ? readFiles(cli, plan, source.files, path)
          : readTrainingWindow(broker, source, cli.signal, path),
      );
      const store = new DirectoryModelStore(join(topology.dataDir, 'models'));
      const trained = await trainNoise(set, store, { announcements, activeFromUs, fit });
      trained.model.dispose();
      if (announce) await announceOn(broker, topology, modelsTopic, trained.announcement);
      const { artefact, announcement } = trained;
      return { artefact, announced: announce ? { announcement, modelsTopic } : null, out: null };
    });
  });
}

/** Fits a model that stands alone, and writes it to a directory. */
async function trainTo(
  cli: Cli,
  plan: Plan,
  flags: TrainFlags,
  out: string,
  fitting: Progress,
): Promise<Trained> {
  const { topology, model, source } = plan;
  const root = join(out, '.training');
  return withJob(cli, plan, flags, root, isDeepKind(model.type), fitting, async (fit, read) => {
    const set = await read(path =>
      'files' in source
        ? readFiles(cli, plan, source.files, path)
        : withExistingBroker(cli, topology, broker => readTrainingWindow(broker, source, cli.signal, path)),
    );
    const fitted = await fitStoredNoise(set, { ...fit, sequence: 1 });
    fitted.model.dispose();
    await writeModelDirectory(out, fitted.artefact);
    return { artefact: fitted.artefact, announced: null, out };
  });
}

type Fit = Omit<FitNoiseOptions, 'sequence' | 'parent'>;
type ReadSet = (read: (tensorPath: string | null) => Promise<NoiseTrainingSet>) => Promise<NoiseTrainingSet>;

/** Gives `work` the options of the fit and a way to get the events; where a network is trained, a job keeps both. */
async function withJob<T>(
  cli: Cli,
  { model, source, defaults }: Plan,
  flags: TrainFlags,
  root: string,
  tensors: boolean,
  fitting: Progress,
  work: (fit: Fit, read: ReadSet) => Promise<T>,
): Promise<T> {
  const progress = {
    signal: cli.signal,
    onProgress: async (step: FitProgress) => {
      fitting.show(step.done, step.total, describeStep(step));
      await setImmediate();
      // A training ends by itself, after a checkpoint.
      if (!step.training) cli.signal.throwIfAborted();
    },
  };
  const fit: Fit = { ...fitOptionsOf(model), ...progress };
  if (!tensors) return work(fit, read => read(null));
  const origin = 'topic' in source ? source : await identityOf(source.files);
  const job = await TrainingJob.own(jobDirectory(root, [origin, model, defaults.logMel]));
  const read: ReadSet = async readSet => {
    if (flags.restart) await job.clear();
    const interrupted = await job.resume();
    if (interrupted) {
      const newest = new Date(interrupted.toUs / 1000).toISOString();
      const until = interrupted.toUs > 0 ? `, the newest of ${newest}` : '';
      await cli.stderr.line(
        `Going on with a training that was interrupted: ${interrupted.rows.rows} events${until}. --restart begins anew.`,
      );
      return interrupted;
    }
    return job.collect(readSet);
  };
  try {
    const result = await work({ ...fit, checkpoint: name => job.checkpoint(name) }, read);
    await job.remove();
    return result;
  } catch (error) {
    await leaveJob(cli, job, fitting, error);
    throw error;
  }
}

async function readFiles(
  cli: Cli,
  { defaults }: Plan,
  files: readonly string[],
  tensorPath: string | null,
): Promise<NoiseTrainingSet> {
  const reading = new Progress(cli.stderr, 'reading');
  const onRead = async (done: number, file: string) => {
    reading.show(done, files.length, file);
    await setImmediate();
    cli.signal.throwIfAborted();
  };
  try {
    return await trainingSetOfFiles(files, defaults.logMel, onRead, tensorPath);
  } finally {
    reading.end();
  }
}

function describeStep({ phase, training }: FitProgress): string {
  if (!training) return phase;
  const { epoch, epochs, loss, etaSecs } = training;
  const left = etaSecs < 120 ? `${Math.ceil(etaSecs)} s` : `${Math.ceil(etaSecs / 60)} min`;
  return `${phase}, epoch ${epoch} of ${epochs}, loss ${loss.toPrecision(4)}, ${left} left`;
}
