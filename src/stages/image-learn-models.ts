import { classify, PlantsenseError } from '../errors.js';
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

/** The model in force, the one that was taken back, and those before them. */
const MOST_OPENED = 4;

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
  /** By version, those that were needed last. */
  readonly #opened = new Map<string, BaseModel>();

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

  /** By which a model will be in force when all that is announced holds; null when there is none. */
  get inForce(): ModelAnnouncement | null {
    return new ModelTimeline(this.announcements, IMAGE_METHOD).activeAt(Number.POSITIVE_INFINITY);
  }

  /**
   * The model that will be in force when all that is announced holds; null when there is none.
   * @param counts of one that was made elsewhere it counts from where the topic is when it is first seen
   * @throws PlantsenseError MODEL_NOT_FOUND, MODEL_INVALID
   */
  async base(counts: TopicCounts): Promise<BaseModel | null> {
    const announcement = this.inForce;
    return announcement && (await this.#open(announcement, counts));
  }

  /**
   * What has come since a model, and since what was learnt after it and is not used: a refused model would be refused again,
   * and one that a person has taken back would be learnt again.
   * @param statements of people that were made in all
   */
  since(
    base: BaseModel,
    takenBack: BaseModel | null,
    counts: TopicCounts,
    newest: NewestImage,
    statements: number,
  ): SinceModel {
    const models = takenBack ? [base, takenBack] : [base];
    const refused = this.#lastRefused();
    const sinceRefused = refused && positionsOf(refused.seen, this.#topic);
    const fittedUs = models.map(({ details }) => details.fitted.toUs);
    const { encoder, dimensions } = base.details;
    return {
      imagesSinceFit: Math.min(
        ...models.map(({ fitted }) => imagesSince(fitted, counts)),
        ...(sinceRefused ? [imagesSince(sinceRefused, counts)] : []),
      ),
      hoursSinceFit: (newest.timeUs - Math.max(...fittedUs, refused?.createdUs ?? 0)) / US_PER_HOUR,
      images: Math.min(...models.map(({ followed }) => imagesSince(followed, counts))),
      statements: statements - Math.max(...models.map(({ details }) => details.labels.statements)),
      isOfEncoder: encoder === newest.encoder && dimensions === newest.dimensions,
    };
  }

  async #open(announcement: ModelAnnouncement, { ends }: TopicCounts): Promise<BaseModel> {
    const { version, uri, cardSha256 } = announcement;
    const known = this.#opened.get(version);
    if (known) return known;
    const { card } = await loadModel(this.#store, uri, cardSha256);
    const parsed = imageDetailsSchema.safeParse(card.details);
    if (!parsed.success)
      throw new PlantsenseError('MODEL_INVALID', `Model ${card.version} is no model of images.`);
    const details = parsed.data;
    const model: BaseModel = {
      ...{ announcement, card, details },
      followed: positionsOf(card.data.seen, this.#topic) ?? ends,
      fitted: positionsOf(details.fitted.seen, this.#topic) ?? ends,
    };
    const [oldest] = this.#opened.keys();
    if (oldest !== undefined && this.#opened.size >= MOST_OPENED) this.#opened.delete(oldest);
    this.#opened.set(version, model);
    return model;
  }

  /**
   * The last model that was put into use, when another one is in force: it was retired, or an older one was promoted again.
   * null when there is none, or it is not kept.
   */
  async takenBack(base: BaseModel, counts: TopicCounts): Promise<BaseModel | null> {
    const first = new Map<string, ModelAnnouncement>();
    for (const each of this.announcements) {
      if (each.method !== IMAGE_METHOD || each.state === 'refused') continue;
      if (each.sequence < (first.get(each.version)?.sequence ?? Number.POSITIVE_INFINITY))
        first.set(each.version, each);
    }
    const [last] = [...first.values()].sort((a, b) => b.sequence - a.sequence);
    if (!last || last.version === base.card.version) return null;
    try {
      return await this.#open(last, counts);
    } catch (error) {
      if (classify(error) !== 'terminal') throw error;
      return null;
    }
  }

  /** The last of those that were not put into use. */
  #lastRefused(): ModelAnnouncement | null {
    const refused = this.announcements.filter(
      each => each.method === IMAGE_METHOD && each.state === 'refused',
    );
    return refused.sort((a, b) => b.sequence - a.sequence)[0] ?? null;
  }
}
