import { Random } from '../../../random.js';
import { fitImageModel } from '../fit-image-model.js';
import type { FitImageOptions } from '../fit-image-options.js';
import { ImageGroupModel } from '../image-group-model.js';
import type { ImageTrainingSet } from '../image-training-set.js';

export const DIMENSIONS = 12;
export const ENCODER = 'test-encoder';
export const START_US = 1_767_225_600_000_000;
/** Between two pictures. */
export const STEP_US = 1_000_000;

/** A made-up picture and what it shows. */
export interface Picture {
  readonly id: string;
  readonly timeUs: number;
  readonly kind: string;
  readonly nearLabel: string | null;
  readonly features: Float32Array;
}

/** Where the features of kinds lie: far apart, but those of `dent` in two places that are near one another. */
const PLACES: Readonly<Record<string, readonly [axis: number, side: number][]>> = {
  scratch: [[0, 12]],
  hole: [[1, 12]],
  dent: [
    [2, 12],
    [3, 4],
  ],
  'deep dent': [
    [2, 12],
    [3, -4],
  ],
  // For pictures of something new.
  crack: [[4, 14]],
};

export interface PictureOptions {
  readonly seed?: number;
  /** Number of the first one. */
  readonly first?: number;
  /** Added to all features: a light that fades. */
  readonly drift?: number;
}

/** Pictures of those kinds in turn. */
export function pictures(
  kinds: readonly string[],
  { seed = 1, first = 0, drift = 0 }: PictureOptions = {},
): Picture[] {
  const random = new Random(seed);
  return kinds.map((kind, i) => {
    const features = Float32Array.from({ length: DIMENSIONS }, () => random.normal() + drift);
    for (const [axis, side] of PLACES[kind]!) features[axis]! += side;
    const number = first + i;
    return { id: `p${seed}-${number}`, timeUs: START_US + number * STEP_US, kind, nearLabel: null, features };
  });
}

/** So many of each kind, mixed. */
export function mixed(counts: Readonly<Record<string, number>>, options: PictureOptions = {}): Picture[] {
  const kinds = Object.entries(counts).flatMap(([kind, count]) => new Array<string>(count).fill(kind));
  return pictures(new Random((options.seed ?? 1) + 1000).shuffle(kinds), options);
}

/** All four kinds, 30 of each or fewer. */
export const KINDS = { scratch: 40, hole: 30, dent: 25, 'deep dent': 20 } as const;

export function setOf(images: readonly Picture[], changes: Partial<ImageTrainingSet> = {}): ImageTrainingSet {
  return {
    features: featuresOf(images),
    encoder: ENCODER,
    ids: images.map(({ id }) => id),
    fromUs: images[0]!.timeUs,
    toUs: images.at(-1)!.timeUs,
    nearLabels: images.map(({ nearLabel }) => nearLabel),
    seen: [],
    ...changes,
  };
}

export function featuresOf(images: readonly Picture[]) {
  const data = new Float32Array(images.length * DIMENSIONS);
  images.forEach(({ features }, i) => {
    data.set(features, i * DIMENSIONS);
  });
  return { data, rows: images.length, cols: DIMENSIONS };
}

/** Groups of three kinds, one of which has two parts, in a second. */
export const FIT: FitImageOptions = {
  ...{ algorithms: ['kmeans', 'agglomerative'], minGroups: 2, maxGroups: 4, depth: 2 },
  rule: { type: 'fixed', algorithm: 'kmeans', k: 3 },
  subRule: { type: 'fixed', algorithm: 'agglomerative', k: 2 },
  bounds: { leastSilhouette: 0.4 },
  ...{ components: 6, sequence: 1, seed: 1, classifier: 'decision-tree' },
};

export async function fitted(
  images: readonly Picture[],
  options: Partial<FitImageOptions> = {},
): Promise<ImageGroupModel> {
  return ImageGroupModel.open(await fitImageModel(setOf(images), { ...FIT, ...options }));
}

/** Path of the group that most pictures of a kind are in, as text. */
export function pathsOfKinds(model: ImageGroupModel, images: readonly Picture[]): Record<string, string> {
  const answers = model.assign(featuresOf(images));
  const found: Record<string, string> = {};
  for (const kind of new Set(images.map(image => image.kind))) {
    const paths = answers.filter((_, i) => images[i]!.kind === kind).map(({ path }) => path.join('/'));
    const counts = new Map<string, number>();
    for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
    found[kind] = [...counts].sort((a, b) => b[1] - a[1])[0]![0];
  }
  return found;
}
