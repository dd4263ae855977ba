import { join } from 'node:path';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { announcementsOf } from '../lifecycle/machine-model/announce-machine.js';
import { machineDetailsSchema } from '../lifecycle/machine-model/machine-details.js';
import { segmentFeatureSet } from '../lifecycle/machine-model/segment-features.js';
import { loadModel } from '../lifecycle/model-store.js';
import { ModelTimeline } from '../lifecycle/model-timeline.js';
import type { ModelAnnouncement } from '../records/types.js';
import type { ModelWatch } from './model-watch.js';

/** What is known of the models of machines: announced by others, and by this stage just now. */
export class MachineModels {
  readonly #watch: Pick<ModelWatch, 'announcements'>;
  readonly #store: DirectoryModelStore;
  readonly #own: ModelAnnouncement[] = [];
  readonly #featureSets = new Map<string, string>();

  constructor(watch: Pick<ModelWatch, 'announcements'>, dataDir: string) {
    this.#watch = watch;
    this.#store = new DirectoryModelStore(join(dataDir, 'models'));
  }

  /** Notes what was announced just now: the topic gives it back a little later. */
  announced(announcement: ModelAnnouncement): void {
    this.#own.push(announcement);
  }

  /** All announcements, some of them twice. */
  get announcements(): readonly ModelAnnouncement[] {
    return [...this.#watch.announcements, ...this.#own];
  }

  /** Those of a machine; of all, `''`. */
  of(entity: string): readonly ModelAnnouncement[] {
    return announcementsOf(this.announcements, entity);
  }

  activeAt(entity: string, timeUs: number): ModelAnnouncement | null {
    return new ModelTimeline(this.announcements, 'machine', entity).activeAt(timeUs);
  }

  /**
   * Of the segments that a model takes.
   * @throws PlantsenseError MODEL_NOT_FOUND, MODEL_INVALID
   */
  async featureSetOf({ version, uri, cardSha256 }: ModelAnnouncement): Promise<string> {
    let featureSet = this.#featureSets.get(version);
    if (featureSet === undefined) {
      const { card } = await loadModel(this.#store, uri, cardSha256);
      featureSet = segmentFeatureSet(machineDetailsSchema.parse(card.details).segment);
      this.#featureSets.set(version, featureSet);
    }
    return featureSet;
  }
}
