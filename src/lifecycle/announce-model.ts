import { PlantsenseError } from '../errors.js';
import type { ModelAnnouncement, ModelState } from '../records/types.js';
import type { Artefact } from './artefact.js';
import { EntityModels } from './entity-models.js';
import { modelUri } from './model-store.js';
import { ModelTimeline } from './model-timeline.js';

/** The key of an announcement in the compacted topic: each has its own, so that compaction keeps all of them. */
export function announcementKey(announcement: ModelAnnouncement): string {
  const { method, entity, sequence } = announcement;
  return `${method}/${entity}/${String(sequence).padStart(8, '0')}`;
}

export interface AnnounceOptions {
  readonly state: ModelState;
  /** Event time from which it holds. */
  readonly activeFromUs: number;
  /** One sentence. */
  readonly reason: string;
  /** The sensor or machine that the model is for; empty, the default, when for all. */
  readonly entity?: string;
}

/**
 * The next announcement about a model.
 *
 * @param before all announcements so far, of any method
 * @param groups number of the model's groups; 0 where the method has none
 */
export function announceModel(
  before: Iterable<ModelAnnouncement>,
  artefact: Artefact,
  groups: number,
  { state, activeFromUs, reason, entity = '' }: AnnounceOptions,
): ModelAnnouncement {
  const { card, cardSha256 } = artefact;
  return {
    method: card.method,
    entity,
    sequence: nextAnnouncement(before, card.method, entity),
    version: card.version,
    state,
    activeFromUs,
    createdUs: card.data.toUs,
    kind: card.kind,
    uri: modelUri(card),
    cardSha256,
    parentVersion: card.parent,
    groups,
    seen: card.data.seen,
    reason,
  };
}

/** Whether nothing was announced yet that could score an entity: its first model may be used for all there was. */
export function isFirstModel(before: Iterable<ModelAnnouncement>, method: string, entity: string): boolean {
  for (const each of before)
    if (each.method === method && (each.entity === entity || each.entity === '')) return false;
  return true;
}

/**
 * The announcement that rolls back: it retires the version that is active at an event time, so that the one before it
 * is active again. Before the first of an entity's own that is the one for all.
 * @throws PlantsenseError MODEL_NOT_FOUND when there is none to retire, or none before it
 */
export function rollBack(
  before: Iterable<ModelAnnouncement>,
  method: string,
  { activeFromUs, reason, entity = '' }: Omit<AnnounceOptions, 'state'>,
): ModelAnnouncement {
  const known = [...before];
  const active = new ModelTimeline(known, method, entity).activeAt(activeFromUs);
  if (!active)
    throw new PlantsenseError(
      'MODEL_NOT_FOUND',
      entity === ''
        ? `No ${method} model is active that could be rolled back.`
        : `${entity} has no active ${method} model of its own that could be rolled back.`,
    );
  const retired: ModelAnnouncement = {
    ...active,
    sequence: nextAnnouncement(known, method, entity),
    state: 'retired',
    activeFromUs,
    reason,
  };
  if (!new EntityModels([...known, retired], method).activeAt(entity, activeFromUs))
    throw new PlantsenseError(
      'MODEL_NOT_FOUND',
      `Before ${active.version} no ${method} model was active to go back to.`,
    );
  return retired;
}

function nextAnnouncement(before: Iterable<ModelAnnouncement>, method: string, entity: string): number {
  let highest = 0;
  for (const each of before)
    if (each.method === method && each.entity === entity) highest = Math.max(highest, each.sequence);
  return highest + 1;
}
