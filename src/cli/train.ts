import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Command } from 'commander';
import type { TrainedNoise } from '../lifecycle/train-noise.js';
import type { Cli } from './cli.js';
import {
  type BrokerFlags,
  readConnection,
  withBroker,
  withBrokerOptions,
  withExistingBroker,
} from './connection.js';
import {
  choice,
  decimalNumber,
  type JsonOption,
  newCommand,
  newGroup,
  parsed,
  timeUs,
  wholeNumber,
  wordOr,
} from './new-command.js';
import { Progress } from './progress.js';
import { formatTable } from './table.js';

interface NoiseFlags extends JsonOption, BrokerFlags {
  readonly topic?: string;
  readonly windowHours?: number;
  readonly kind?: 'gmm' | 'kmeans';
  readonly groups?: number | 'auto';
  readonly minGroups?: number;
  readonly maxGroups?: number;
  readonly novelQuantile?: number;
  readonly seed?: number;
  readonly modelsTopic?: string;
  readonly activeFrom?: number;
  readonly announce: boolean;
}

export function trainCommand(cli: Cli): Command {
  return newGroup('train', 'Fit models.', [noiseCommand(cli)]);
}

function noiseCommand(cli: Cli): Command {
  const command = newCommand(
    'noise',
    "Fit groups of noise events, keep the model as a new version and announce it, so that running topologies switch to it. It learns from recordings, one event a file, or from the last hours of a topic of features. What is not given is as in the topology's learning stage, or that stage's defaults.",
    'train noise --topic features.noise --window-hours 24 --topology topologies/noise-clustering.yaml',
  )
    .argument('[file...]', 'WAV, FLAC or Ogg Vorbis files; without them it learns from the topic')
    .option('--topic <topic>', 'topic of features to learn from (default: features.noise)')
    .addOption(
      parsed(
        '--window-hours <hours>',
        "how far back from the topic's newest event (default: 24)",
        decimalNumber(0.01),
      ),
    )
    .addOption(choice('--kind <kind>', 'Gaussian mixture or k-means (default: gmm)', ['gmm', 'kmeans']))
    .addOption(
      parsed(
        '--groups <n>',
        'number of groups, or auto (default: auto)',
        wordOr('auto', 'auto', wholeNumber(1, 1000)),
      ),
    )
    .addOption(
      parsed('--min-groups <n>', 'the fewest that auto may choose (default: 2)', wholeNumber(1, 1000)),
    )
    .addOption(
      parsed('--max-groups <n>', 'the most that auto may choose (default: 20)', wholeNumber(1, 1000)),
    )
    .addOption(
      parsed(
        '--novel-quantile <q>',
        'share of the events that is novel (default: 0.01)',
        decimalNumber(0, 0.5),
      ),
    )
    .addOption(parsed('--seed <n>', 'of the random numbers (default: 1)', wholeNumber(0, 2 ** 32 - 1)))
    .option('--models-topic <topic>', 'where to announce it (default: models)')
    .addOption(
      parsed(
        '--active-from <time>',
        'event time from which it is used, ISO 8601; now without it. The first model is used for all events.',
        timeUs,
      ),
    )
    .option('--no-announce', 'keep it, and tell nobody');
  return withBrokerOptions(command).action((files: string[], flags: NoiseFlags) =>
    trainNoiseModel(cli, files, flags),
  );
}

async function trainNoiseModel(cli: Cli, files: readonly string[], flags: NoiseFlags): Promise<void> {
  const { noiseTraining } = await import('../topology/noise-training.js');
  const { ensureTopic } = await import('../topology/ensure-topic.js');
  const { trainingSetOfFiles } = await import('../stages/training-files.js');
  const { readTrainingWindow } = await import('../stages/training-window.js');
  const { publishAnnouncement, readAnnouncements } = await import('../stages/announcements.js');
  const { DirectoryModelStore } = await import('../lifecycle/directory-model-store.js');
  const { trainNoise } = await import('../lifecycle/train-noise.js');
  const topology = await readConnection(cli, flags);
  const defaults = noiseTraining(topology);
  const { topic = defaults.input, modelsTopic = defaults.modelsTopic } = flags;
  const { windowHours = defaults.windowHours, kind = defaults.model.type, announce, json } = flags;
  const { groups, minGroups, maxGroups, novelQuantile, seed } = { ...defaults.model, ...given(flags) };

  const reading = new Progress(cli.stderr, 'reading');
  const fitting = new Progress(cli.stderr, 'fitting');
  // Recordings may be the first that a data directory sees; a topic must be there.
  const open = files.length > 0 ? withBroker : withExistingBroker;
  const trained = await open(cli, topology, async broker => {
    const set =
      files.length > 0
        ? await trainingSetOfFiles(files, defaults.logMel, async (done, file) => {
            reading.show(done, files.length, file);
            await yieldTo(cli.signal);
          })
        : await readTrainingWindow(broker, topic, windowHours, cli.signal);
    reading.end();
    const result = await trainNoise(set, new DirectoryModelStore(join(topology.dataDir, 'models')), {
      announcements: await readAnnouncements(broker, modelsTopic, cli.signal),
      activeFromUs: flags.activeFrom ?? Date.now() * 1000,
      fit: {
        ...{ kind, groups, minGroups, maxGroups, noveltyQuantile: novelQuantile, seed },
        onProgress: async ({ phase, done, total }) => {
          fitting.show(done, total, phase);
          await yieldTo(cli.signal);
        },
      },
    });
    if (announce) {
      await ensureTopic(broker, topology, modelsTopic, 'compact');
      await publishAnnouncement(await broker.producer(), modelsTopic, result.announcement);
    }
    return result;
  }).finally(() => {
    reading.end();
    fitting.end();
  });
  if (json) return cli.stdout.json(jsonOf(trained, announce));
  await cli.stdout.write(textOf(trained, announce ? modelsTopic : null));
}

/** Lets a signal come through between two stretches of computing. */
async function yieldTo(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

/** The options that were given, without those that were not. */
function given<T extends object>(flags: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(flags).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function jsonOf({ artefact, model, announcement }: TrainedNoise, announced: boolean): object {
  const { version, kind, data, indices, parent } = artefact.card;
  return {
    ...{ version, kind, parent, events: data.rows, groups: model.details.groups, indices },
    announcement: announced ? announcement : null,
  };
}

function textOf({ artefact, model, announcement }: TrainedNoise, modelsTopic: string | null): string {
  const { version, kind, data, indices } = artefact.card;
  const rows = model.details.groups.map(({ id, rows: events }) => [
    `${id}`,
    `${events}`,
    `${((100 * events) / data.rows).toFixed(1)} %`,
  ]);
  const { activeFromUs } = announcement;
  const since =
    activeFromUs === 0 ? 'all events' : `events from ${new Date(activeFromUs / 1000).toISOString()}`;
  return [
    `${version}: ${kind}, ${model.groups.length} groups of ${data.rows} events\n`,
    formatTable(['group', 'events', 'share'], rows),
    `stability ${show(indices.stability)}, held-out log-likelihood ${show(indices.heldOutLogLikelihood)}, silhouette ${show(indices.silhouette)}\n`,
    modelsTopic === null ? 'Not announced.\n' : `Announced on ${modelsTopic}, for ${since}.\n`,
  ].join('');
}

function show(index: number | null | undefined): string {
  return typeof index === 'number' ? index.toFixed(3) : 'undefined';
}
