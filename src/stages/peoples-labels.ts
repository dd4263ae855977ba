import type { Broker } from '../broker/port.js';
import type { PeoplesLabels } from '../lifecycle/image-model/image-training-set.js';
import { labelsOf } from '../lifecycle/labels-in-force.js';
import type { ModelCard } from '../lifecycle/model-card.js';
import { isOfOneLine } from '../lifecycle/model-lineage.js';
import type { ModelStore } from '../lifecycle/model-store.js';
import type { Label } from '../records/types.js';
import { readLabels } from './labels.js';

/**
 * What people said of images and their groups. Names of groups hold for models whose groups are numbered alike: those that
 * the person saw must be of one line with the model that goes on.
 *
 * @param card of that model; null when none goes on
 * @throws PlantsenseError BROKER_UNAVAILABLE; the signal's reason when it is aborted
 */
export async function readPeople(
  broker: Broker,
  topic: string,
  card: ModelCard | null,
  store: ModelStore,
  signal: AbortSignal,
): Promise<PeoplesLabels> {
  // Counted first: what is said meanwhile counts as new.
  const offsets = (await broker.admin.describeTopic(topic)) ? await broker.admin.offsets(topic) : [];
  const labels = await readLabels(broker, topic, signal);
  signal.throwIfAborted();
  return {
    marks: labelsOf('image', labels),
    names: labelsOf('group', await ofTheLine(labels, card, store)),
    statements: offsets.reduce((sum, { latest }) => sum + latest, 0),
  };
}

async function ofTheLine(
  labels: readonly Label[],
  card: ModelCard | null,
  store: ModelStore,
): Promise<Label[]> {
  const isOfLine = new Map<string, boolean>();
  for (const { subject, modelVersion } of labels) {
    if (subject !== 'group' || modelVersion === null || isOfLine.has(modelVersion)) continue;
    isOfLine.set(modelVersion, card !== null && (await isOfOneLine(store, card, modelVersion)));
  }
  return labels.filter(
    ({ subject, modelVersion }) => subject !== 'group' || modelVersion === null || isOfLine.get(modelVersion),
  );
}
