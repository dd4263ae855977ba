import type { ClassifierType } from '../../cluster/classifiers/classifier.js';
import { type LabelledThings, PostClusteringLayer } from '../../cluster/classifiers/post-clustering-layer.js';
import { pathName } from '../../cluster/grouping/group-tree.js';
import { type Matrix, takeRows, zeros } from '../../cluster/matrix.js';
import { PlantsenseError } from '../../errors.js';
import { Random } from '../../random.js';
import type { ImageDetails } from './image-details.js';
import type { ImageTrainingSet, PeoplesLabels } from './image-training-set.js';

/** The file of an artefact that holds the post-clustering layer. */
export const LABELS_FILE = 'labels.json';

/** Where pictures lie, as the post-clustering layer sees it. */
export interface PlacedImages {
  /** Principal components, `[pictures, components]`. */
  readonly z: Matrix;
  readonly paths: readonly (readonly number[])[];
}

export interface ImageLabelOptions {
  /** Null for none. */
  readonly classifier: ClassifierType | null;
  /** For `anomaly`: the label of what is normal; null for the commonest one. */
  readonly normalLabel: string | null;
  readonly seed: number;
}

export interface FittedImageLabels {
  readonly layer: PostClusteringLayer | null;
  readonly details: ImageDetails['labels'];
}

/** One of so many labelled pictures is held out to measure by, when there are {@link LEAST_MEASURED} at least. */
const HELD_OUT = 3;
const LEAST_MEASURED = 12;

/**
 * Learns what pictures are called from where they lie. People's word counts before the plant's: a mark on the picture, then
 * the name of its deepest group that has one, then its near-label. Without two different labels there is nothing to learn.
 *
 * @throws PlantsenseError as `PostClusteringLayer.fit`, except for too few labels
 */
export function fitImageLabels(
  { z, paths }: PlacedImages,
  { ids, nearLabels }: Pick<ImageTrainingSet, 'ids' | 'nearLabels'>,
  people: PeoplesLabels,
  { classifier, normalLabel, seed }: ImageLabelOptions,
): FittedImageLabels {
  const counts = { marked: 0, named: 0, nearLabelled: 0 };
  const rows: number[] = [];
  const labels: string[] = [];
  ids.forEach((id, row) => {
    const mark = people.marks.get(id);
    const name = nameOf(paths[row]!, people.names);
    const label = mark ?? name ?? nearLabels[row] ?? null;
    if (label === null || label === '') return;
    if (mark !== undefined) counts.marked++;
    else if (name !== undefined) counts.named++;
    else counts.nearLabelled++;
    rows.push(row);
    labels.push(label);
  });
  const things = { features: takeRows(z, rows), paths: rows.map(row => paths[row]!), labels };
  const normal = normalLabel ?? commonest(labels);
  const learn = (part: LabelledThings) => (classifier === null ? null : fitLayer(classifier, part, normal));
  const layer = learn(things);
  return {
    layer,
    details: {
      ...{ classifier: layer?.type ?? null, classes: [...(layer?.labels ?? [])], ...counts },
      accuracy: layer && heldOutAccuracy(things, learn, seed),
      statements: people.statements,
    },
  };
}

/** null where there are too few labels. */
function fitLayer(
  type: ClassifierType,
  things: LabelledThings,
  normalLabel: string | null,
): PostClusteringLayer | null {
  if (new Set(things.labels).size < 2) return null;
  try {
    const options = type === 'anomaly' && normalLabel !== null ? { normalLabel } : {};
    return PostClusteringLayer.fit(type, things, options);
  } catch (error) {
    if (error instanceof PlantsenseError && error.code === 'TRAINING_DATA_INSUFFICIENT') return null;
    throw error;
  }
}

function heldOutAccuracy(
  things: LabelledThings,
  learn: (part: LabelledThings) => PostClusteringLayer | null,
  seed: number,
): number | null {
  const { length } = things.labels;
  if (length < LEAST_MEASURED) return null;
  const order = new Random(seed).shuffle(Int32Array.from({ length }, (_, i) => i));
  const layer = learn(
    takeThings(
      things,
      order.filter((_, i) => i % HELD_OUT !== 0),
    ),
  );
  if (!layer) return null;
  const left = takeThings(
    things,
    order.filter((_, i) => i % HELD_OUT === 0),
  );
  const hits = layer.predict(left.features, left.paths).filter(({ label }, i) => {
    // Beside what is normal an anomaly score knows one word only.
    const isKnown = layer.labels.includes(left.labels[i]!);
    return isKnown ? label === left.labels[i] : layer.type === 'anomaly' && label === layer.labels[1];
  }).length;
  return hits / left.labels.length;
}

function takeThings({ features, paths, labels }: LabelledThings, rows: Int32Array): LabelledThings {
  return {
    features: takeRows(features, rows),
    paths: Array.from(rows, row => paths[row]!),
    labels: Array.from(rows, row => labels[row]!),
  };
}

/** Of the deepest group of a path that people gave a name. */
function nameOf(path: readonly number[], names: ReadonlyMap<string, string>): string | undefined {
  for (let depth = path.length; depth > 0; depth--) {
    const name = names.get(pathName(path.slice(0, depth)));
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The first of equally common ones by their characters. */
function commonest(labels: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const label of [...labels].sort()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  return [...counts].find(([, count]) => count === most)?.[0] ?? null;
}

/** The layer of a file. @throws PlantsenseError MODEL_INVALID */
export function openImageLabels(
  version: string,
  { labels, components }: ImageDetails,
  file: Uint8Array | undefined,
): PostClusteringLayer | null {
  if (labels.classifier === null) return null;
  const layer = PostClusteringLayer.fromJson(parse(version, file));
  const isOfCard = layer.type === labels.classifier && layer.labels.join('\n') === labels.classes.join('\n');
  if (!isOfCard || !takes(layer, components))
    throw new PlantsenseError('MODEL_INVALID', `The labels of model ${version} are not those of its card.`);
  return layer;
}

/** Whether it predicts from as many numbers. */
function takes(layer: PostClusteringLayer, components: number): boolean {
  try {
    return layer.predict(zeros(1, components), [[]]).length === 1;
  } catch {
    return false;
  }
}

/** What {@link LABELS_FILE} holds: the layer as JSON. */
export function labelsFile(layer: PostClusteringLayer): Uint8Array {
  return Buffer.from(`${JSON.stringify(layer.toJson())}\n`);
}

function parse(version: string, file: Uint8Array | undefined): unknown {
  if (!file) throw new PlantsenseError('MODEL_INVALID', `Model ${version} lacks the file ${LABELS_FILE}.`);
  try {
    return JSON.parse(Buffer.from(file).toString('utf8'));
  } catch (cause) {
    throw new PlantsenseError('MODEL_INVALID', `${LABELS_FILE} of model ${version} is not JSON.`, { cause });
  }
}
