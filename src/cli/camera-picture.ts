import type { ImageAssignment, ModelAnnouncement } from '../records/types.js';
import type { TakenPicture } from '../simulation/camera-recorder.js';
import type { PictureKind } from '../simulation/simulated-camera.js';

/** A picture of a camera, put in a group. */
export interface GroupedPicture {
  readonly frameId: string;
  readonly timeUs: number;
  /** Empty: novel. */
  readonly path: readonly number[];
}

/** What a group of pictures holds. */
export interface GroupContent {
  images: number;
  /** What is on them, by the simulation, as far as it told. */
  readonly kinds: Map<PictureKind, number>;
}

/** Pictures whose truth is remembered until they are in a group: without a model that may take long. */
const REMEMBERED_TRUTHS = 10_000;
/** As many as the widest view shows. */
const REMEMBERED_PICTURES = 200;

/** The name of the pictures that fit no group, among those of groups. */
export const NOVEL = 'novel';

/** What the topics have said of one camera, beside what the simulation knows. */
export class CameraPicture {
  readonly sensor: string;
  model: ModelAnnouncement | null = null;
  /** By path: `0/2`; novel ones under {@link NOVEL}. Each picture once. */
  readonly groups = new Map<string, GroupContent>();
  /** The first picture of each kind that came into a group or was novel. */
  readonly firsts = new Map<PictureKind, GroupedPicture>();
  /** The latest pictures, the last one last. */
  readonly latest: GroupedPicture[] = [];
  readonly notices = new Map<string, number>();
  images = 0;
  /** Of pictures that are not in a group yet. */
  readonly #truths = new Map<string, PictureKind>();

  constructor(sensor: string) {
    this.sensor = sensor;
  }

  /** Takes what is on a picture that was sent. */
  takeTruth({ frameId, truth }: TakenPicture): void {
    this.#truths.set(frameId, truth);
    if (this.#truths.size > REMEMBERED_TRUTHS) this.#truths.delete(this.#truths.keys().next().value!);
  }

  takeAssignment({ frameId, timeUs, path, novel }: ImageAssignment): void {
    const truth = this.#truths.get(frameId);
    this.#truths.delete(frameId);
    // A frame that was sent twice, which comes right after the first.
    if (this.latest.at(-1)?.frameId === frameId) return;
    this.images += 1;
    const picture = { frameId, timeUs, path: novel ? [] : path };
    this.latest.push(picture);
    if (this.latest.length > REMEMBERED_PICTURES) this.latest.shift();
    const name = groupName(picture.path);
    const content = this.groups.get(name) ?? { images: 0, kinds: new Map<PictureKind, number>() };
    this.groups.set(name, content);
    content.images += 1;
    if (truth === undefined) return;
    content.kinds.set(truth, (content.kinds.get(truth) ?? 0) + 1);
    if (!this.firsts.has(truth)) this.firsts.set(truth, picture);
  }

  /** Groups in the order of their paths, novel ones last. */
  sortedGroups(): [name: string, content: GroupContent][] {
    return [...this.groups].sort(([a], [b]) => {
      if (a === NOVEL || b === NOVEL) return a === NOVEL ? 1 : -1;
      return a.localeCompare(b, 'en', { numeric: true });
    });
  }
}

/** `0/2`; {@link NOVEL} for the empty path. */
export function groupName(path: readonly number[]): string {
  return path.length === 0 ? NOVEL : path.join('/');
}
