import type { Broker, PartitionOffsets } from '../broker/port.js';
import type { PeoplesLabels } from '../lifecycle/image-model/image-training-set.js';
import { isImageGroup, labelsOf } from '../lifecycle/labels-in-force.js';
import type { ModelCard } from '../lifecycle/model-card.js';
import { isOfOneLine, type KnownParents } from '../lifecycle/model-lineage.js';
import type { ModelStore } from '../lifecycle/model-store.js';
import type { Label } from '../records/types.js';
import { readLabels } from './labels.js';

/**
 * What people said of images and their groups. Names of groups hold for models whose groups are numbered alike: those that
 * the person saw must be of one line with the model that goes on.
 *
 * @param card of that model; null when none goes on
 * @param parents known without a look at the store
 * @throws PlantsenseError BROKER_UNAVAILABLE; the signal's reason when it is aborted
 */
export async function readPeople(
  broker: Broker,
  topic: string,
  card: ModelCard | null,
  store: ModelStore,
  signal: AbortSignal,
  parents: KnownParents = new Map(),
): Promise<PeoplesLabels> {
  // Counted first: what is said meanwhile counts as new.
  const offsets = (await broker.admin.describeTopic(topic)) ? await broker.admin.offsets(topic) : [];
  const labels = await readLabels(broker, topic, signal);
  signal.throwIfAborted();
  return {
    marks: labelsOf('image', labels),
    names: labelsOf('group', await ofTheLine(labels, card, store, parents)),
    statements: countOf(offsets, labels),
  };
}

/**
 * How many statements about images and their groups have been made.
 * @throws PlantsenseError as `readPeople`
 */
export async function countStatements(broker: Broker, topic: string, signal: AbortSignal): Promise<number> {
  const offsets = (await broker.admin.describeTopic(topic)) ? await broker.admin.offsets(topic) : [];
  return countOf(offsets, await readLabels(broker, topic, signal));
}

/** The topic holds what is said of noise and alarms too. What retention has deleted counts whatever it was about. */
function countOf(offsets: readonly PartitionOffsets[], labels: readonly Label[]): number {
  const about = labels.filter(
    ({ subject, subjectId }) => subject === 'image' || (subject === 'group' && isImageGroup(subjectId)),
  );
  return about.length + offsets.reduce((sum, { earliest }) => sum + earliest, 0);
}

async function ofTheLine(
  labels: readonly Label[],
  card: ModelCard | null,
  store: ModelStore,
  parents: KnownParents,
): Promise<Label[]> {
  const isOfLine = new Map<string, boolean>();
  for (const { subject, modelVersion } of labels) {
    if (subject !== 'group' || modelVersion === null || isOfLine.has(modelVersion)) continue;
    isOfLine.set(modelVersion, card !== null && (await isOfOneLine(store, card, modelVersion, parents)));
  }
  return labels.filter(
    ({ subject, modelVersion }) => subject !== 'group' || modelVersion === null || isOfLine.get(modelVersion),
  );
}
