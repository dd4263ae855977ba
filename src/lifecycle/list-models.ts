import type { ModelAnnouncement, ModelState } from '../records/types.js';
import { ModelTimeline } from './model-timeline.js';

/** A model version, for whom it is, and what it is at the moment. */
export interface ListedModel {
  /** What it is for: `noise`, `machine`, `image`. */
  readonly method: string;
  /** The sensor that it was announced for, empty for all; null when it was never announced. */
  readonly entity: string | null;
  readonly version: string;
  /** What was said last; null when it was never announced. */
  readonly state: ModelState | null;
  /** Whether it is the one that scores what is of this moment. */
  readonly active: boolean;
  /** Whether its artefact is in the model store. */
  readonly stored: boolean;
  /** The announcement that has the last word; null when there is none. */
  readonly announcement: ModelAnnouncement | null;
}

/**
 * Every version that was announced or is stored, by method, sensor and age. One that was announced for several sensors is
 * there for each of them.
 *
 * @param stored the versions in the model store, by method
 * @param nowUs the event time at which a version is called active
 */
export function listModels(
  announcements: readonly ModelAnnouncement[],
  stored: ReadonlyMap<string, readonly string[]>,
  nowUs: number,
): readonly ListedModel[] {
  const latest = new Map<string, ModelAnnouncement>();
  for (const each of announcements) {
    const key = keyOf(each);
    if (each.sequence > (latest.get(key)?.sequence ?? 0)) latest.set(key, each);
  }
  const active = activeVersions(announcements, nowUs);
  const announced = [...latest].map(([key, announcement]): ListedModel => {
    const { method, entity, version, state } = announcement;
    const isStored = stored.get(method)?.includes(version) ?? false;
    return { method, entity, version, state, active: active.has(key), stored: isStored, announcement };
  });
  const known = new Set(announced.map(({ method, version }) => `${method}/${version}`));
  const others = [...stored].flatMap(([method, versions]) =>
    versions
      .filter(version => !known.has(`${method}/${version}`))
      .map(
        (version): ListedModel => ({
          ...{ method, entity: null, version, state: null },
          ...{ active: false, stored: true, announcement: null },
        }),
      ),
  );
  return [...announced, ...others].sort(byPlace);
}

/**
 * The models that a sensor may have: its own, and those for all, of which one is active only while it has none of its own.
 * @param models of one method
 * @param sensor empty for those for all alone
 */
export function modelsOfSensor(models: readonly ListedModel[], sensor: string): readonly ListedModel[] {
  const hasOwn = sensor !== '' && models.some(({ entity, active }) => entity === sensor && active);
  return models
    .filter(({ entity }) => entity === sensor || entity === '')
    .map(model => (model.entity === '' && hasOwn ? { ...model, active: false } : model));
}

/** Of each method and sensor. */
function activeVersions(announcements: readonly ModelAnnouncement[], nowUs: number): ReadonlySet<string> {
  const scopes = new Map(announcements.map(each => [keyOf({ ...each, version: '' }), each]));
  return new Set(
    [...scopes.values()].flatMap(({ method, entity }) => {
      const active = new ModelTimeline(announcements, method, entity).activeAt(nowUs);
      return active ? [keyOf(active)] : [];
    }),
  );
}

function keyOf({ method, entity, version }: ModelAnnouncement): string {
  return JSON.stringify([method, entity, version]);
}

/** What nobody knows the sensor of comes last. */
function byPlace(a: ListedModel, b: ListedModel): number {
  const byName = (x: string, y: string) => x.localeCompare(y, 'en', { numeric: true });
  return (
    byName(a.method, b.method) ||
    Number(a.entity === null) - Number(b.entity === null) ||
    byName(a.entity ?? '', b.entity ?? '') ||
    byName(a.version, b.version)
  );
}
