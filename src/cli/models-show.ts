import type { Command } from 'commander';
import type { ImageDetails } from '../lifecycle/image-model/image-details.js';
import type { ListedModel } from '../lifecycle/list-models.js';
import type { MachineDetails } from '../lifecycle/machine-model/machine-details.js';
import type { ModelCard } from '../lifecycle/model-card.js';
import type { Cli } from './cli.js';
import { readConnection } from './connection.js';
import { eventTime, readKnownModels, whomOf } from './known-models.js';
import { methodOf, type ScopeFlags, scopeOf, withScopeOptions } from './models-options.js';
import { newCommand } from './new-command.js';
import { formatTable } from './table.js';
import { thresholdText } from './threshold-text.js';

export function showModelCommand(cli: Cli): Command {
  const command = newCommand(
    'show',
    "Show a model's card: what it was fitted to, how, how well, and which models it goes on from.",
    'models show v0003-5f0c2a91b7de',
  ).argument('[version]', 'a version of `list`; the one that is used without it');
  return withScopeOptions(command, 'the model that is used for this machine').action(
    (version: string | undefined, flags: ScopeFlags) => showModel(cli, version, flags),
  );
}

async function showModel(cli: Cli, version: string | undefined, flags: ScopeFlags): Promise<void> {
  const { loadModel, modelUri } = await import('../lifecycle/model-store.js');
  const { parentsOf } = await import('../lifecycle/model-lineage.js');
  const topology = await readConnection(cli, flags);
  const { listed, store } = await readKnownModels(cli, topology, flags);
  const models = await wantedOf(listed, version, flags);
  // One version may be announced for several machines.
  const model = models.find(({ active }) => active) ?? models[0]!;
  const { card } = await loadModel(store, modelUri(model), model.announcement?.cardSha256);
  const parents = await parentsOf(store, card);
  if (flags.json) return cli.stdout.json({ ...model, parents, card });
  const lines = [
    ['version', model.version],
    ['for', `${card.method}${models.map(whomAndWhether).join('')}`],
    ['state', model.state ?? 'not announced'],
    ['kind', card.kind],
    ['parents', parents.join(', ') || 'none'],
    ...(await linesOfCard(card)),
  ];
  for (const [name = '', value] of lines) await cli.stdout.line(`${`${name}:`.padEnd(22)} ${value}`);
  const details = await machineDetailsOf(card);
  if (details) await cli.stdout.write(thresholdText(details));
  await cli.stdout.write(await groupsText(card));
}

/**
 * What is listed of a version, at least one; without a version the one that is used.
 * @throws PlantsenseError MODEL_NOT_FOUND, USAGE_INVALID
 */
async function wantedOf(
  listed: readonly ListedModel[],
  version: string | undefined,
  flags: ScopeFlags,
): Promise<readonly ListedModel[]> {
  const { PlantsenseError } = await import('../errors.js');
  const { modelsOfSensor } = await import('../lifecycle/list-models.js');
  if (version !== undefined) {
    const method = methodOf(flags);
    const ofMethod = listed.filter(model => method === undefined || model.method === method);
    const found = ofMethod.filter(model => model.version === version);
    if (found.length > 0) return found;
    throw new PlantsenseError('MODEL_NOT_FOUND', `There is no model ${version}.`);
  }
  const { method, entity } = scopeOf(
    flags,
    listed.filter(({ active }) => active),
  );
  const used = modelsOfSensor(
    listed.filter(model => model.method === method),
    entity,
  ).filter(({ active }) => active);
  if (used.length > 0) return used;
  const machines = listed.filter(model => model.method === method && model.active).map(model => model.entity);
  throw new PlantsenseError(
    'MODEL_NOT_FOUND',
    machines.length === 0 || entity !== ''
      ? `No model is in use${entity === '' ? '' : ` for ${entity}`}.`
      : `No model is in use for all machines. Those of ${machines.join(', ')} are named by --sensor.`,
  );
}

function whomAndWhether({ method, entity, active }: ListedModel): string {
  return entity === null ? '' : `, ${whomOf({ method, entity })}${active ? ' (in use)' : ''}`;
}

async function linesOfCard(card: ModelCard): Promise<string[][]> {
  const { data, seed, parameters, indices } = card;
  const details = await machineDetailsOf(card);
  const when = data.toUs === 0 ? '' : `, ${eventTime(data.fromUs)} to ${eventTime(data.toUs)}`;
  return [
    [WHAT_OF[card.method] ?? 'events', `${data.rows}${when}`],
    ...(details ? linesOfMachine(details, data.toUs === 0) : []),
    ...(await linesOfImages(card)),
    ['seed', `${seed}`],
    ...Object.entries(parameters).map(([name, value]) => [name, String(value)]),
    ...Object.entries(indices).map(([name, value]) => [name, value === null ? 'undefined' : `${value}`]),
  ];
}

/** What a model's rows are. */
const WHAT_OF: Readonly<Record<string, string>> = { machine: 'segments', image: 'images' };

function linesOfMachine(details: MachineDetails, isOfRecordings: boolean): string[][] {
  const { width, equation3, recordings, windows } = details;
  const { training, validation, abnormal, hours } = recordings;
  const beside = abnormal === 0 ? '' : `${abnormal} abnormal ones, `;
  return [
    [
      isOfRecordings ? 'recordings' : 'stretches',
      `${training} to train with, ${validation} to tell thresholds, ${beside}${hours.toPrecision(3)} hours`,
    ],
    ['width', width ?? 'its own'],
    ['a segment lasts', `${equation3} (equation 3)`],
    ['means of n', `${windows} recordings`],
  ];
}

async function machineDetailsOf({ method, details }: ModelCard): Promise<MachineDetails | null> {
  if (method !== 'machine') return null;
  const { machineDetailsSchema } = await import('../lifecycle/machine-model/machine-details.js');
  return machineDetailsSchema.safeParse(details).data ?? null;
}

async function linesOfImages(card: ModelCard): Promise<string[][]> {
  const details = await imageDetailsOf(card);
  if (!details) return [];
  const { encoder, dimensions, components, fitted, followed, labels } = details;
  const { classifier, classes, marked, named, nearLabelled } = labels;
  return [
    ['encoder', `${encoder}, ${dimensions} features, ${components} principal components`],
    ['groups were sought', `in ${fitted.rows} images, and have followed ${followed} since`],
    [
      'labels',
      classifier === null
        ? 'none'
        : `${classes.join(', ')}, by ${classifier} of ${marked} marked, ${named} named and ${nearLabelled} near-labelled images`,
    ],
  ];
}

/** The groups of a model of images, and how each was split. */
async function groupsText(card: ModelCard): Promise<string> {
  const details = await imageDetailsOf(card);
  if (!details) return '';
  const { pathName } = await import('../cluster/grouping/group-tree.js');
  const splits = new Map(details.splits.map(split => [pathName(split.path), split]));
  const row = (name: string, rows: number): string[] => {
    const split = splits.get(name);
    if (!split) return [name, `${rows}`, '', '', ''];
    const { algorithm, k, agreement, refitAgreement } = split;
    return [
      name || '(all)',
      `${rows}`,
      `${algorithm}, k = ${k}`,
      agreement.toFixed(3),
      refitAgreement?.toFixed(3) ?? '',
    ];
  };
  const all = details.groups.filter(({ path }) => path.length === 1).reduce((sum, { rows }) => sum + rows, 0);
  return formatTable(
    ['group', 'images', 'split by', 'agreement', 'agreement of refits'],
    [row('', all), ...details.groups.map(({ path, rows }) => row(pathName(path), rows))],
  );
}

async function imageDetailsOf({ method, details }: ModelCard): Promise<ImageDetails | null> {
  if (method !== 'image') return null;
  const { imageDetailsSchema } = await import('../lifecycle/image-model/image-details.js');
  return imageDetailsSchema.safeParse(details).data ?? null;
}
