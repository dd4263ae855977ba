import { z } from 'zod';
import { PlantsenseError } from '../../errors.js';
import { checkMatrix, columnMeans, type Matrix, type Matrix64, zeros } from '../matrix.js';
import { ABNORMAL, NORMAL } from './anomaly.js';
import type { ClassifierType, FittedClassifier } from './classifier.js';
import { type ClassifierOptions, fitClassifier, openClassifier } from './fit-classifier.js';
import { packedFloats, packFloats, parseKept } from './packed-floats.js';
import { NO_GROUP } from './rules.js';

/** Group, sub-group and so on; empty for what fits no group. */
export type Path = readonly number[];

/** Things that have labels, to learn from. */
export interface LabelledThings {
  /** `[things, features]`, as the groups were made of. */
  readonly features: Matrix;
  /** Of each its group. */
  readonly paths: readonly Path[];
  /** Of each what people or the plant say that it is. */
  readonly labels: readonly string[];
}

/** What the layer suspects a thing to be. */
export interface SuspectedLabel {
  readonly label: string;
  /** 0 to 1. */
  readonly confidence: number;
}

/** Which column of the layer's input stands for which group, and how features are scaled. */
interface InputForm {
  readonly type: ClassifierType;
  /** Features that it takes. */
  readonly features: number;
  /** Levels of the longest path that was learnt. */
  readonly depth: number;
  /** Paths that have a column, as `2/25`. */
  readonly groups: readonly string[];
  readonly mean: Float64Array;
  /** What features are divided by, all by the same. */
  readonly scale: number;
}

/** What kind of classifier it is, `T`, and how it is fitted. */
export interface PostClusteringOptions<T extends ClassifierType> {
  /** The label whose things are normal, for `anomaly`: others are then told to be `abnormal`. */
  readonly normalLabel?: string;
  readonly classifier?: ClassifierOptions[T];
}

const ABNORMAL_LABEL = 'abnormal';

/**
 * The post-clustering layer (the image-grouping paper, section 3.4): learns labels from features and groups together.
 *
 * `svm`, `neural-network` and `decision-tree` see the features, which are centred and divided by one number so that they
 * have length 1 in the mean, and a column for each group that is 1 in the group; all levels of a path together weigh as
 * much as the features. `rules` sees the path alone, `anomaly` the features alone.
 */
export class PostClusteringLayer {
  readonly #classifier: FittedClassifier;
  readonly #form: InputForm;
  /** Label of each class. */
  readonly labels: readonly string[];

  private constructor(classifier: FittedClassifier, form: InputForm, labels: readonly string[]) {
    this.#classifier = classifier;
    this.#form = form;
    this.labels = labels;
  }

  /**
   * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT when there are fewer than two labels, or for `anomaly` fewer than
   *   three normal things; MATRIX_INVALID; PARAMETER_INVALID
   */
  static fit<T extends ClassifierType>(
    type: T,
    { features, paths, labels }: LabelledThings,
    options: PostClusteringOptions<T> = {},
  ): PostClusteringLayer {
    checkMatrix(features);
    const { normalLabel } = options;
    if (paths.length !== features.rows || labels.length !== features.rows)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `${features.rows} rows of features, ${paths.length} paths and ${labels.length} labels don't fit one another.`,
      );
    if (type === 'anomaly' && normalLabel === undefined)
      throw new PlantsenseError('PARAMETER_INVALID', 'anomaly needs the label of what is normal.');
    const names = normalLabel === undefined ? [] : [normalLabel];
    const known = [...new Set([...names, ...labels].sort())];
    const form = formOf(type, features, paths);
    const y = labels.map(label => known.indexOf(label));
    const asked = { ...options.classifier, nClasses: known.length };
    const classifier = fitClassifier(
      type,
      inputOf(form, features, paths),
      y,
      type === 'anomaly' ? { ...asked, normalClass: known.indexOf(normalLabel!) } : asked,
    );
    const answers = [];
    answers[NORMAL] = normalLabel ?? '';
    answers[ABNORMAL] = ABNORMAL_LABEL;
    return new PostClusteringLayer(classifier, form, type === 'anomaly' ? answers : known);
  }

  /** @throws PlantsenseError MODEL_INVALID */
  static fromJson(json: unknown): PostClusteringLayer {
    const { labels, classifier: kept, mean, ...form } = parseKept(keptSchema, json);
    const classifier = openClassifier(kept);
    if (classifier.nClasses !== labels.length || classifier.type !== form.type)
      throw new PlantsenseError('MODEL_INVALID', 'The post-clustering layer has other labels than classes.');
    return new PostClusteringLayer(classifier, { ...form, mean, features: mean.length }, labels);
  }

  get type(): ClassifierType {
    return this.#form.type;
  }

  /**
   * The likeliest label of each thing, the first of equal ones. A thing's answer doesn't depend on the things beside it.
   * @throws PlantsenseError MATRIX_INVALID
   */
  predict(features: Matrix, paths: readonly Path[]): SuspectedLabel[] {
    const shares = this.probabilities(features, paths);
    return paths.map((_, row) => {
      const of = shares.data.subarray(row * shares.cols, (row + 1) * shares.cols);
      const best = of.reduce((at, share, label) => (share > of[at]! ? label : at), 0);
      return { label: this.labels[best]!, confidence: of[best]! };
    });
  }

  /** How sure it is of each of the `labels`, `[things, labels]`. Throws as `predict`. */
  probabilities(features: Matrix, paths: readonly Path[]): Matrix64 {
    checkMatrix(features, this.#form.features);
    return this.#classifier.predictProbability(inputOf(this.#form, features, paths));
  }

  /** What it has to keep; `fromJson` makes it again, bit for bit. */
  toJson(): unknown {
    const { features: _, mean, ...form } = this.#form;
    return {
      ...form,
      mean: packFloats(mean),
      labels: this.labels,
      classifier: this.#classifier.toJson(),
    };
  }
}

function formOf(type: ClassifierType, features: Matrix, paths: readonly Path[]): InputForm {
  const mean = columnMeans(features);
  let squares = 0;
  for (let i = 0; i < features.data.length; i++)
    squares += (features.data[i]! - mean[i % features.cols]!) ** 2;
  const groups = new Set(paths.flatMap(prefixes));
  return {
    ...{ type, features: features.cols, mean },
    depth: paths.reduce((depth, path) => Math.max(depth, path.length), 1),
    groups: [...groups].sort(),
    scale: Math.sqrt(squares / features.rows) || 1,
  };
}

/** What the classifier sees of things. */
function inputOf(form: InputForm, features: Matrix, paths: readonly Path[]): Matrix {
  const { type, depth, groups, mean, scale } = form;
  const { rows, cols } = features;
  if (type === 'rules') {
    const input = zeros(rows, depth);
    paths.forEach((path, row) => {
      for (let level = 0; level < depth; level++) input.data[row * depth + level] = path[level] ?? NO_GROUP;
    });
    return input;
  }
  if (type === 'anomaly') return features;
  const places = new Map(groups.map((group, i) => [group, cols + i]));
  const input = zeros(rows, cols + groups.length);
  const weight = 1 / Math.sqrt(depth);
  paths.forEach((path, row) => {
    const start = row * input.cols;
    for (let col = 0; col < cols; col++)
      input.data[start + col] = (features.data[row * cols + col]! - mean[col]!) / scale;
    for (const group of prefixes(path)) {
      const place = places.get(group);
      if (place !== undefined) input.data[start + place] = weight;
    }
  });
  return input;
}

/** A group and those above it: `2`, `2/25`. */
function prefixes(path: Path): string[] {
  return path.map((_, level) => path.slice(0, level + 1).join('/'));
}

const keptSchema = z.strictObject({
  type: z.enum(['svm', 'decision-tree', 'neural-network', 'anomaly', 'rules']),
  depth: z.number().int().positive(),
  groups: z.array(z.string()),
  mean: packedFloats,
  scale: z.number().positive(),
  labels: z.array(z.string().min(1)).min(2),
  classifier: z.unknown(),
});
