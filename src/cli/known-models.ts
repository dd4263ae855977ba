import { join } from 'node:path';
import type { Broker } from '../broker/port.js';
import type { ListedModel } from '../lifecycle/list-models.js';
import type { ModelStore } from '../lifecycle/model-store.js';
import type { ModelAnnouncement } from '../records/types.js';
import type { Topology } from '../topology/topology.js';
import type { Cli } from './cli.js';
import { withExistingBroker } from './connection.js';
import type { ModelsFlags } from './models-options.js';

/** All models of a plant. */
export interface KnownModels {
  readonly listed: readonly ListedModel[];
  readonly store: ModelStore;
}

export async function readKnownModels(
  cli: Cli,
  topology: Topology,
  flags: ModelsFlags,
): Promise<KnownModels> {
  const { listModels } = await import('../lifecycle/list-models.js');
  const { METHODS } = await import('../lifecycle/promote-model.js');
  const announcements = await withExistingBroker(cli, topology, broker =>
    readAllAnnouncements(cli, broker, topology, flags),
  );
  const store = await openModelStore(topology);
  const stored = new Map<string, readonly string[]>();
  for (const method of METHODS) stored.set(method, await store.versions(method));
  return { listed: listModels(announcements, stored, Date.now() * 1000), store };
}

/** What was announced of models of all methods, which may have topics of their own. */
export async function readAllAnnouncements(
  cli: Cli,
  broker: Broker,
  topology: Topology,
  { modelsTopic }: ModelsFlags,
): Promise<readonly ModelAnnouncement[]> {
  const { allModelsTopics } = await import('../topology/models-topic.js');
  const { readAnnouncements } = await import('../stages/announcements.js');
  const announcements: ModelAnnouncement[] = [];
  for (const topic of modelsTopic === undefined ? allModelsTopics(topology) : [modelsTopic])
    announcements.push(...(await readAnnouncements(broker, topic, cli.signal)));
  return announcements;
}

/** Where models of a method are announced. */
export async function modelsTopicFor(
  method: string,
  topology: Topology,
  { modelsTopic }: ModelsFlags,
): Promise<string> {
  const { modelsTopicOf } = await import('../topology/models-topic.js');
  return modelsTopic ?? modelsTopicOf(topology, method);
}

export async function openModelStore({ dataDir }: Topology): Promise<ModelStore> {
  const { DirectoryModelStore } = await import('../lifecycle/directory-model-store.js');
  return new DirectoryModelStore(join(dataDir, 'models'));
}

/** For whom a model is, in a sentence. */
export function whomOf({ method, entity }: Pick<ModelAnnouncement, 'method' | 'entity'>): string {
  if (entity !== '') return entity;
  return method === 'machine' ? 'machines without a model of their own' : 'all sensors';
}

export function eventTime(us: number): string {
  return us === 0 ? 'the beginning' : new Date(us / 1000).toISOString();
}
