import { PlantsenseError } from '../errors.js';
import {
  IMAGE_METHOD,
  type ImageDetails,
  imageDetailsSchema,
} from '../lifecycle/image-model/image-details.js';
import type { ModelCard } from '../lifecycle/model-card.js';
import { loadModel, type ModelStore } from '../lifecycle/model-store.js';
import { ModelTimeline } from '../lifecycle/model-timeline.js';
import type { ModelAnnouncement } from '../records/types.js';
import type { SinceModel } from './image-learn-due.js';
import {
  imagesSince,
  type NewestImage,
  type Positions,
  positionsOf,
  type TopicCounts,
} from './image-learn-topic.js';
import type { ModelWatch } from './model-watch.js';

const US_PER_HOUR = 3_600_000_000;

/** The model that what is learnt goes on from. */
export interface BaseModel {
  readonly announcement: ModelAnnouncement;
  readonly card: ModelCard;
  readonly details: ImageDetails;
  /** How far its groups have followed the topic. */
  readonly followed: Positions;
  /** How far the topic had come when its groups were sought. */
  readonly fitted: Positions;
}

/** What is known of the models of images: announced by others, and by this stage just now. */
export class ImageLearnModels {
  readonly #watch: Pick<ModelWatch, 'announcements'>;
  readonly #store: ModelStore;
  readonly #topic: string;
  readonly #own: ModelAnnouncement[] = [];
  #base: BaseModel | null = null;

  constructor(watch: Pick<ModelWatch, 'announcements'>, store: ModelStore, topic: string) {
    this.#watch = watch;
    this.#store = store;
    this.#topic = topic;
  }

  /** Notes what was announced just now: the topic gives it back a little later. */
  announced(announcement: ModelAnnouncement): void {
    this.#own.push(announcement);
  }

  /** All announcements, some of them twice. */
  get announcements(): readonly ModelAnnouncement[] {
    return [...this.#watch.announcements, ...this.#own];
  }

  /**
   * The model that will be in force when all that is announced holds; null when there is none.
   * @param counts of one that was made elsewhere it counts from where the topic is when it is first seen
   * @throws PlantsenseError MODEL_NOT_FOUND, MODEL_INVALID
   */
  async base({ ends }: TopicCounts): Promise<BaseModel | null> {
    const announcement = new ModelTimeline(this.announcements, IMAGE_METHOD).activeAt(
      Number.POSITIVE_INFINITY,
    );
    if (!announcement) return null;
    if (this.#base?.card.version !== announcement.version) {
      const { card } = await loadModel(this.#store, announcement.uri, announcement.cardSha256);
      const parsed = imageDetailsSchema.safeParse(card.details);
      if (!parsed.success)
        throw new PlantsenseError('MODEL_INVALID', `Model ${card.version} is no model of images.`);
      const details = parsed.data;
      this.#base = {
        ...{ announcement, card, details },
        followed: positionsOf(card.data.seen, this.#topic) ?? ends,
        fitted: positionsOf(details.fitted.seen, this.#topic) ?? ends,
      };
    }
    return this.#base;
  }

  /** What has come since a model. @param statements of people that were made in all */
  since(base: BaseModel, counts: TopicCounts, newest: NewestImage, statements: number): SinceModel {
    const { details, followed, fitted } = base;
    const refused = this.#lastRefused(details.fitted.toUs);
    const sinceRefused = refused && positionsOf(refused.seen, this.#topic);
    const fittedUs = Math.max(details.fitted.toUs, refused?.createdUs ?? 0);
    return {
      imagesSinceFit: Math.min(
        imagesSince(fitted, counts),
        sinceRefused ? imagesSince(sinceRefused, counts) : Number.POSITIVE_INFINITY,
      ),
      hoursSinceFit: (newest.timeUs - fittedUs) / US_PER_HOUR,
      images: imagesSince(followed, counts),
      statements: statements - details.labels.statements,
      isOfEncoder: details.encoder === newest.encoder && details.dimensions === newest.dimensions,
    };
  }

  /** The last of those that were made after a time and not put into use. */
  #lastRefused(afterUs: number): ModelAnnouncement | null {
    const refused = this.announcements.filter(
      each => each.method === IMAGE_METHOD && each.state === 'refused' && each.createdUs > afterUs,
    );
    return refused.sort((a, b) => b.sequence - a.sequence)[0] ?? null;
  }
}
