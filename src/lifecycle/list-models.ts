import type { ModelAnnouncement, ModelState } from '../records/types.js';
import { ModelTimeline } from './model-timeline.js';

/** A model version and what it is at the moment. */
export interface ListedModel {
  readonly version: string;
  /** What was said last; null when it was never announced. */
  readonly state: ModelState | null;
  /** Whether it scores events of this moment. */
  readonly active: boolean;
  /** Whether its artefact is in the model store. */
  readonly stored: boolean;
  /** The announcement that has the last word; null when there is none. */
  readonly announcement: ModelAnnouncement | null;
}

/**
 * Every version of a method that was announced or is stored, oldest first.
 * @param nowUs the event time at which a version is called active
 */
export function listModels(
  announcements: readonly ModelAnnouncement[],
  stored: readonly string[],
  method: string,
  nowUs: number,
): readonly ListedModel[] {
  const latest = new Map<string, ModelAnnouncement>();
  for (const each of announcements) {
    if (each.method !== method || each.entity !== '') continue;
    if (each.sequence > (latest.get(each.version)?.sequence ?? 0)) latest.set(each.version, each);
  }
  const active = new ModelTimeline(announcements, method).activeAt(nowUs)?.version;
  const versions = [...new Set([...stored, ...latest.keys()])];
  return versions
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map(version => {
      const announcement = latest.get(version) ?? null;
      return {
        version,
        state: announcement?.state ?? null,
        active: version === active,
        stored: stored.includes(version),
        announcement,
      };
    });
}
