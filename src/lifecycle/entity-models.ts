import type { ModelAnnouncement } from '../records/types.js';
import { ModelTimeline } from './model-timeline.js';

/**
 * Which model version is active for an entity, a machine, at an event time: its own, or while it has none the shared one,
 * which is announced for no entity.
 */
export class EntityModels {
  readonly #method: string;
  readonly #announcements: readonly ModelAnnouncement[];
  readonly #timelines = new Map<string, ModelTimeline>();

  /** @param announcements those of other methods are left out */
  constructor(announcements: readonly ModelAnnouncement[], method: string) {
    this.#announcements = announcements;
    this.#method = method;
  }

  /** The announcement by which a version is active; null when there is none. */
  activeAt(entity: string, timeUs: number): ModelAnnouncement | null {
    return this.#timeline(entity).activeAt(timeUs) ?? this.#timeline('').activeAt(timeUs);
  }

  #timeline(entity: string): ModelTimeline {
    const known = this.#timelines.get(entity);
    if (known) return known;
    const timeline = new ModelTimeline(this.#announcements, this.#method, entity);
    this.#timelines.set(entity, timeline);
    return timeline;
  }
}
