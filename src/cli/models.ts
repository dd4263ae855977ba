import { join } from 'node:path';
import type { Command } from 'commander';
import type { ListedModel } from '../lifecycle/list-models.js';
import type { ModelAnnouncement } from '../records/types.js';
import type { Topology } from '../topology/topology.js';
import type { Cli } from './cli.js';
import { type BrokerFlags, readConnection, withBrokerOptions, withExistingBroker } from './connection.js';
import { type JsonOption, newCommand, newGroup, parsed, timeUs } from './new-command.js';
import { formatTable } from './table.js';

interface Flags extends JsonOption, BrokerFlags {
  readonly modelsTopic: string;
}

interface RollbackFlags extends Flags {
  readonly activeFrom?: number;
  readonly reason: string;
}

const METHOD = 'noise';

export function modelsCommand(cli: Cli): Command {
  return newGroup('models', 'See which model versions there are, and go back to an earlier one.', [
    listCommand(cli),
    showCommand(cli),
    rollbackCommand(cli),
  ]);
}

function listCommand(cli: Cli): Command {
  const command = newCommand('list', 'List model versions, and which of them is used.', 'models list');
  return withModelOptions(command).action(async (flags: Flags) => {
    const models = await readModels(cli, await readConnection(cli, flags), flags.modelsTopic);
    if (flags.json) return cli.stdout.json(models);
    const headers = ['', 'version', 'state', 'kind', 'groups', 'active from', 'artefact', 'reason'];
    const rows = models.map(({ version, state, active, stored, announcement }) => [
      active ? '*' : '',
      version,
      state ?? 'not announced',
      announcement?.kind ?? '',
      `${announcement?.groups ?? ''}`,
      announcement ? time(announcement.activeFromUs) : '',
      stored ? 'stored' : 'missing',
      announcement?.reason ?? '',
    ]);
    await cli.stdout.write(formatTable(headers, rows) || 'There are no models.\n');
  });
}

function showCommand(cli: Cli): Command {
  const command = newCommand(
    'show',
    "Show a model's card: what it was fitted to, how, and how well.",
    'models show v0003-5f0c2a91b7de',
  ).argument('[version]', 'a version of `list`; the one that is used without it');
  return withModelOptions(command).action(async (wanted: string | undefined, flags: Flags) => {
    const { PlantsenseError } = await import('../errors.js');
    const { loadModel, modelUri } = await import('../lifecycle/model-store.js');
    const topology = await readConnection(cli, flags);
    const models = await readModels(cli, topology, flags.modelsTopic);
    const model = models.find(({ version, active }) => (wanted ? version === wanted : active));
    if (!model) {
      const what = wanted ? `There is no model ${wanted}.` : 'No model is in use.';
      throw new PlantsenseError('MODEL_NOT_FOUND', what);
    }
    const uri = modelUri({ method: METHOD, version: model.version });
    const { card } = await loadModel(await modelStore(topology), uri, model.announcement?.cardSha256);
    if (flags.json) return cli.stdout.json({ ...model, card });
    const { indices, data, kind, parent, seed, parameters } = card;
    const lines = [
      ['version', `${model.version}${model.active ? ' (in use)' : ''}`],
      ['state', model.state ?? 'not announced'],
      ['kind', kind],
      ['parent', parent ?? 'none'],
      ['events', `${data.rows}, ${time(data.fromUs)} to ${time(data.toUs)}`],
      ['seed', `${seed}`],
      ...Object.entries(parameters).map(([name, value]) => [name, String(value)]),
      ...Object.entries(indices).map(([name, value]) => [name, value === null ? 'undefined' : `${value}`]),
    ];
    for (const [name = '', value] of lines) await cli.stdout.line(`${`${name}:`.padEnd(22)} ${value}`);
  });
}

function rollbackCommand(cli: Cli): Command {
  const command = newCommand(
    'rollback',
    'Retire the model version that is used, so that the one before it is used again. Running topologies follow at once.',
    'models rollback --reason "splits the press into two groups"',
  )
    .addOption(
      parsed('--active-from <time>', 'event time from which it holds, ISO 8601; now without it', timeUs),
    )
    .option('--reason <sentence>', 'why, for the record', 'Rolled back by hand.');
  return withModelOptions(command).action(async (flags: RollbackFlags) => {
    const { rollBack } = await import('../lifecycle/announce-model.js');
    const { ModelTimeline } = await import('../lifecycle/model-timeline.js');
    const { publishAnnouncement, readAnnouncements } = await import('../stages/announcements.js');
    const { modelsTopic, reason, activeFrom: activeFromUs = Date.now() * 1000, json } = flags;
    const { retired, active } = await withExistingBroker(
      cli,
      await readConnection(cli, flags),
      async broker => {
        const before = await readAnnouncements(broker, modelsTopic, cli.signal);
        const announcement = rollBack(before, METHOD, { activeFromUs, reason });
        await publishAnnouncement(await broker.producer(), modelsTopic, announcement);
        const after = new ModelTimeline([...before, announcement], METHOD);
        return { retired: announcement.version, active: after.activeAt(activeFromUs)?.version };
      },
    );
    if (json) return cli.stdout.json({ retired, active, activeFromUs });
    await cli.stdout.line(`${retired} is retired; ${active} is used from ${time(activeFromUs)} on.`);
  });
}

function withModelOptions(command: Command): Command {
  return withBrokerOptions(command.option('--models-topic <topic>', 'where models are announced', 'models'));
}

async function readModels(cli: Cli, topology: Topology, topic: string): Promise<readonly ListedModel[]> {
  const { listModels } = await import('../lifecycle/list-models.js');
  const { readAnnouncements } = await import('../stages/announcements.js');
  const announcements: readonly ModelAnnouncement[] = await withExistingBroker(cli, topology, broker =>
    readAnnouncements(broker, topic, cli.signal),
  );
  const stored = await (await modelStore(topology)).versions(METHOD);
  return listModels(announcements, stored, METHOD, Date.now() * 1000);
}

async function modelStore({ dataDir }: Topology) {
  const { DirectoryModelStore } = await import('../lifecycle/directory-model-store.js');
  return new DirectoryModelStore(join(dataDir, 'models'));
}

function time(us: number): string {
  return us === 0 ? 'the beginning' : new Date(us / 1000).toISOString();
}
