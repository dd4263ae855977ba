import { PlantsenseError } from '../errors.js';
import type { ModelCard } from './model-card.js';
import { loadModel, type ModelStore, modelUri } from './model-store.js';

/** Parents by version, null for none: announcements tell them, and a line may be thousands of models long. */
export type KnownParents = ReadonlyMap<string, string | null>;

/**
 * The versions that a model goes on from, its parent first. It ends with a model that has no parent, or with one that the
 * store does not have, or not undamaged.
 * @param known needs no look at the store
 */
export async function parentsOf(
  store: ModelStore,
  { method, parent }: ModelCard,
  known: KnownParents = new Map(),
): Promise<string[]> {
  const parents: string[] = [];
  for (let version = parent; version !== null; ) {
    // A version is a hash of its parent's too, so no line comes back to itself.
    parents.push(version);
    const before = known.get(version);
    version = before === undefined ? await parentOf(store, modelUri({ method, version })) : before;
  }
  return parents;
}

/**
 * Whether the groups of two models are numbered alike: one goes on from the other, or both from a third.
 * @param other a version; with one that the store does not have only what the card's line says is known
 */
export async function isOfOneLine(
  store: ModelStore,
  card: ModelCard,
  other: string,
  known: KnownParents = new Map(),
): Promise<boolean> {
  const line = new Set([card.version, ...(await parentsOf(store, card, known))]);
  if (line.has(other)) return true;
  const others = await parentsOf(store, { ...card, parent: other }, known);
  return others.some(version => line.has(version));
}

async function parentOf(store: ModelStore, uri: string): Promise<string | null> {
  try {
    return (await loadModel(store, uri)).card.parent;
  } catch (error) {
    if (error instanceof PlantsenseError && error.class === 'terminal') return null;
    throw error;
  }
}
