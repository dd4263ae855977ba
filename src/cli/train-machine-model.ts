import { join } from 'node:path';
import { Segmenter } from '../audio/segments.js';
import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { identityOf } from '../files.js';
import { announceModel, isFirstModel } from '../lifecycle/announce-model.js';
import type { Artefact } from '../lifecycle/artefact.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { nextMachineSequence } from '../lifecycle/machine-model/announce-machine.js';
import {
  type FitMachineOptions,
  type FittedMachine,
  fitMachine,
} from '../lifecycle/machine-model/fit-machine.js';
import { fitStoredMachine } from '../lifecycle/machine-model/fit-stored-machine.js';
import { MachineModel } from '../lifecycle/machine-model/machine-model.js';
import {
  SegmentCollector,
  type SegmentedRecording,
  type SegmentSet,
} from '../lifecycle/machine-model/segment-set.js';
import { readModelDirectory, writeModelDirectory } from '../lifecycle/model-directory.js';
import { loadModel, saveModel } from '../lifecycle/model-store.js';
import { ModelTimeline } from '../lifecycle/model-timeline.js';
import { openBackend } from '../nn/backend/open-backend.js';
import type { ModelAnnouncement } from '../records/types.js';
import { readAnnouncements } from '../stages/announcements.js';
import { collectRecordings } from '../stages/machine-recordings.js';
import { announceOn } from '../topology/announce-on.js';
import type { Cli } from './cli.js';
import { readConnection, withBroker, withExistingBroker } from './connection.js';
import { jobRoot, withMachineJob } from './machine-job.js';
import { machineNotices } from './machine-notices.js';
import { type MachineOutcome, machineReport } from './machine-report.js';
import type { TrainMachineFlags } from './train-machine.js';
import { planMachineTraining, type TrainMachinePlan } from './train-machine-plan.js';
import { readTopicSet, type TopicTrainingSet } from './train-machine-topic.js';

type Parent = NonNullable<FitMachineOptions['parent']>;

/** Normal recordings, and those of something abnormal beside them. */
interface RecordingsSet extends SegmentSet {
  readonly abnormal: readonly SegmentedRecording[];
}

/**
 * Writes a model, while its training is kept still.
 * @param newestUs event time of the newest segment that its topic had; null for recordings
 */
type Keep = (fitted: FittedMachine, newestUs: number | null) => Promise<MachineOutcome>;

/** A training that is over. */
interface Trained {
  readonly fitted: FittedMachine;
  readonly outcome: MachineOutcome;
}

/** What `train machine` does. */
export async function trainMachineModel(
  cli: Cli,
  sources: readonly string[],
  flags: TrainMachineFlags,
  isGiven: (name: string) => boolean,
): Promise<void> {
  const plan = await planMachineTraining(await readConnection(cli, flags), sources, flags, isGiven);
  const { fitted, outcome } = await (flags.out === undefined
    ? trainAndAnnounce(cli, plan, flags)
    : trainTo(cli, plan, flags, flags.out));
  const report = machineReport(fitted, outcome);
  if (flags.json) await cli.stdout.json(report.json);
  else await cli.stdout.write(report.text);
}

async function trainAndAnnounce(cli: Cli, plan: TrainMachinePlan, flags: TrainMachineFlags) {
  const { topology, defaults, entity, source } = plan;
  const { modelsTopic = defaults.modelsTopic, announce } = flags;
  const open = 'files' in source ? withBroker : withExistingBroker;
  return open(cli, topology, async broker => {
    const announcements = await readAnnouncements(broker, modelsTopic, cli.signal);
    const store = new DirectoryModelStore(join(topology.dataDir, 'models'));
    const active = flags.continue ? activeModel(announcements, entity) : null;
    const from = active ? await loadModel(store, active.uri, active.cardSha256) : await fromDirectory(flags);
    const root = join(topology.dataDir, 'checkpoints');
    const sequence = nextMachineSequence(announcements, entity);
    const keep: Keep = async ({ artefact }, newestUs) => {
      await saveModel(store, artefact);
      const isFirst = isFirstModel(announcements, 'machine', entity);
      const announcement = announceModel(announcements, artefact, 0, {
        ...{ entity, state: 'promoted' },
        activeFromUs: flags.activeFrom ?? newestUs ?? (isFirst ? 0 : Date.now() * 1000),
        reason: `Trained on ${artefact.card.data.rows} segments.`,
      });
      if (!announce) return outcomeOf(plan, null, null);
      await announceOn(broker, topology, modelsTopic, announcement);
      return outcomeOf(plan, { announcement, modelsTopic }, null);
    };
    return withParent(cli, from, parent =>
      train(cli, plan, flags, { root, parent, sequence, keep }, read => read(broker)),
    );
  });
}

/** Trains a model that stands alone, and writes it to a directory. */
async function trainTo(cli: Cli, plan: TrainMachinePlan, flags: TrainMachineFlags, out: string) {
  const keep: Keep = async ({ artefact }) => {
    await writeModelDirectory(out, artefact);
    return outcomeOf(plan, null, out);
  };
  return withParent(cli, await fromDirectory(flags), parent =>
    train(cli, plan, flags, { root: jobRoot(out), parent, keep }, read =>
      withExistingBroker(cli, plan.topology, read),
    ),
  );
}

interface Training {
  /** Where jobs lie. */
  readonly root: string;
  readonly parent: Parent | null;
  /** Default: the one after the parent's. */
  readonly sequence?: number;
  readonly keep: Keep;
}

/** @param withTopic gives a broker to read the topic from */
async function train(
  cli: Cli,
  { source, fit }: TrainMachinePlan,
  { restart }: TrainMachineFlags,
  { root, parent, sequence, keep }: Training,
  withTopic: (read: (broker: Broker) => Promise<TopicTrainingSet>) => Promise<TopicTrainingSet>,
): Promise<Trained> {
  const options: FitMachineOptions = { ...fit, parent, ...(sequence !== undefined && { sequence }) };
  const from = parent?.model ?? null;
  if ('topic' in source) {
    const job = {
      ...{ root, restart, files: 0, key: [source, fit, from?.version ?? null] },
      read: (path: string) => withTopic(broker => readTopicSet(broker, source, from, path, cli.signal)),
    };
    return withMachineJob<TopicTrainingSet, Trained>(cli, job, async (set, _, hooks) => {
      const fitted = await fitStoredMachine(set, { ...options, segment: set.segment, ...hooks });
      fitted.model.dispose();
      return { fitted, outcome: await keep(fitted, set.newestUs) };
    });
  }
  const { files, abnormal: abnormalFiles } = source;
  const identities = [await identityOf(files), await identityOf(abnormalFiles)];
  const job = {
    ...{ root, restart, files: files.length + abnormalFiles.length },
    key: [...identities, fit, from?.version ?? null],
    read: async (path: string, onRead: (done: number, file: string) => Promise<void>) => {
      const collector = new SegmentCollector(path, new Segmenter(fit.segment));
      try {
        const recordings = await collectRecordings(files, collector, onRead);
        const abnormal = await collectRecordings(abnormalFiles, collector, (done, file) =>
          onRead(files.length + done, file),
        );
        return { ...(await collector.finish()), recordings, abnormal };
      } catch (error) {
        await collector.abandon();
        throw error;
      }
    },
  };
  return withMachineJob<RecordingsSet, Trained>(cli, job, async (set, rows, hooks, tell) => {
    for (const line of machineNotices([...set.recordings, ...set.abnormal])) await tell(line);
    const fitted = await fitMachine(set, rows, { ...options, ...hooks, abnormal: set.abnormal });
    fitted.model.dispose();
    return { fitted, outcome: await keep(fitted, null) };
  });
}

async function withParent<T>(
  cli: Cli,
  artefact: Artefact | null,
  work: (parent: Parent | null) => Promise<T>,
): Promise<T> {
  await openBackend({ report: line => void cli.stderr.line(line) });
  const parent = artefact && { artefact, model: await MachineModel.open(artefact) };
  try {
    return await work(parent);
  } finally {
    parent?.model.dispose();
  }
}

async function fromDirectory({ from }: TrainMachineFlags): Promise<Artefact | null> {
  return from === undefined ? null : readModelDirectory(from);
}

/** @throws PlantsenseError MODEL_NOT_FOUND */
function activeModel(announcements: readonly ModelAnnouncement[], entity: string): ModelAnnouncement {
  // The newest that was announced for any time: a training goes on from what was learnt last.
  const active = new ModelTimeline(announcements, 'machine', entity).activeAt(Number.POSITIVE_INFINITY);
  if (active) return active;
  const whom = entity === '' ? 'all machines; --sensor names one' : entity;
  throw new PlantsenseError('MODEL_NOT_FOUND', `No model is in force for ${whom}.`);
}

function outcomeOf(
  { source, entity }: TrainMachinePlan,
  announced: MachineOutcome['announced'],
  out: string | null,
): MachineOutcome {
  return { parts: 'files' in source ? 'recordings' : 'stretches', entity, announced, out };
}
