import type { PostClusteringLayer } from '../../cluster/classifiers/post-clustering-layer.js';
import { logSumExp } from '../../cluster/log-sum-exp.js';
import { checkMatrix, type Matrix } from '../../cluster/matrix.js';
import { PlantsenseError } from '../../errors.js';
import type { Artefact } from '../artefact.js';
import { distanceTo, takeGroups } from './group-extents.js';
import { type ImageNumbers, numbersOf } from './image-arrays.js';
import { IMAGE_METHOD, type ImageDetails, imageDetailsSchema } from './image-details.js';
import { LABELS_FILE, openImageLabels } from './image-labels.js';
import type { ImageAnswer, ImageModel, PathProbability } from './image-model.js';
import type { ProjectedRows } from './image-projection.js';
import { ImageTree, type SiblingRange } from './image-tree.js';
import { SiblingGroups } from './sibling-groups.js';

/** How many groups an answer names beside the best. */
const RUNNERS_UP = 3;

/** Where pictures lie, without words: numbers of groups in the order of the model. */
export interface ImagePlaces {
  readonly projected: ProjectedRows;
  /** Number of each picture's deepest group, of a novel one's nearest. */
  readonly groups: Int32Array;
  readonly probabilities: Float64Array;
  readonly noveltyScores: Float64Array;
  /** Logarithms of posterior probabilities of the first level, up to a constant a row, `[rows, groups]`. */
  readonly logShares: Float64Array;
}

/** Groups of a tree, each a mean and variances of principal components. */
export class ImageGroupModel implements ImageModel {
  readonly version: string;
  readonly details: ImageDetails;
  readonly artefact: Artefact;
  readonly numbers: ImageNumbers;
  readonly tree: ImageTree;
  /** What predicts labels; null where nothing does. */
  readonly labels: PostClusteringLayer | null;
  readonly #root: SiblingGroups;
  readonly #children: readonly (SiblingGroups | null)[];

  private constructor(
    artefact: Artefact,
    details: ImageDetails,
    tree: ImageTree,
    numbers: ImageNumbers,
    labels: PostClusteringLayer | null,
  ) {
    this.artefact = artefact;
    this.version = artefact.card.version;
    this.details = details;
    this.tree = tree;
    this.numbers = numbers;
    this.labels = labels;
    const siblings = ({ split, first, count }: SiblingRange) => {
      const members = Int32Array.from({ length: count }, (_, i) => first + i);
      return new SiblingGroups(takeGroups(numbers.extents, members), split.boundary, split.temperature);
    };
    this.#root = siblings(tree.root);
    this.#children = tree.children.map(range => range && siblings(range));
  }

  /** @throws PlantsenseError MODEL_INVALID when the artefact is of another method, or its parts don't fit one another */
  static open(artefact: Artefact): ImageGroupModel {
    const { card, files } = artefact;
    if (card.method !== IMAGE_METHOD)
      throw new PlantsenseError(
        'MODEL_INVALID',
        `Model ${card.version} is for ${card.method}, not for images.`,
      );
    const parsed = imageDetailsSchema.safeParse(card.details);
    const tree = parsed.success ? ImageTree.of(parsed.data) : null;
    if (!parsed.success || !tree)
      throw new PlantsenseError(
        'MODEL_INVALID',
        `The card of model ${card.version} describes no tree of groups.`,
      );
    const numbers = numbersOf(artefact, parsed.data, tree);
    const labels = openImageLabels(card.version, parsed.data, files.get(LABELS_FILE));
    return new ImageGroupModel(artefact, parsed.data, tree, numbers, labels);
  }

  /** The same model, after which ids of groups go on that other models have given: see `nextIds` of its details. */
  keepingIds(taken: ImageDetails['nextIds']): ImageGroupModel {
    const nextIds = { ...this.details.nextIds };
    for (const [path, next] of Object.entries(taken)) nextIds[path] = Math.max(nextIds[path] ?? 0, next);
    const details = { ...this.details, nextIds };
    return new ImageGroupModel(this.artefact, details, this.tree, this.numbers, this.labels);
  }

  get encoder(): string {
    return this.details.encoder;
  }

  get dimensions(): number {
    return this.details.dimensions;
  }

  get paths(): readonly (readonly number[])[] {
    return this.tree.paths;
  }

  assign(x: Matrix): ImageAnswer[] {
    const places = this.place(x);
    const { projected, groups, probabilities, noveltyScores, logShares } = places;
    // A novel picture is in no group.
    const paths = Array.from(groups, (group, row) => (noveltyScores[row]! > 1 ? [] : this.paths[group]!));
    const predictions = this.labels?.predict(projected.z, paths) ?? null;
    const first = this.tree.root.count;
    return paths.map((path, row) => {
      const noveltyScore = noveltyScores[row]!;
      const novel = noveltyScore > 1;
      const ranked = this.#ranked(logShares.subarray(row * first, (row + 1) * first));
      return {
        path,
        probability: probabilities[row]!,
        novel,
        noveltyScore,
        runnersUp: novel ? ranked.slice(0, RUNNERS_UP) : ranked.slice(1),
        label: predictions?.[row]?.label ?? null,
        labelConfidence: predictions?.[row]?.confidence ?? null,
      };
    });
  }

  /** The numbers behind {@link assign}. Throws as that does. */
  place(x: Matrix): ImagePlaces {
    checkMatrix(x, this.dimensions);
    const projected = this.numbers.projection.project(x);
    const { z } = projected;
    const first = this.tree.root.count;
    const groups = new Int32Array(x.rows);
    const probabilities = new Float64Array(x.rows);
    const noveltyScores = new Float64Array(x.rows);
    const logShares = new Float64Array(x.rows * first);
    const work = new Float64Array(this.paths.length);
    for (let row = 0; row < x.rows; row++) {
      const at = row * z.cols;
      this.#root.logShares(z.data, at, work);
      logShares.set(work.subarray(0, first), row * first);
      let probability = 1;
      let siblings: SiblingGroups | null = this.#root;
      let range: SiblingRange | null = this.tree.root;
      let group = 0;
      while (siblings && range) {
        siblings.logShares(z.data, at, work);
        const best = largest(work, siblings.size);
        probability *= Math.exp(work[best]! - logSumExp(work, 0, siblings.size));
        group = range.first + best;
        siblings = this.#children[group]!;
        range = this.tree.children[group]!;
      }
      groups[row] = group;
      probabilities[row] = probability;
      noveltyScores[row] = this.#novelty(projected, row);
    }
    return { projected, groups, probabilities, noveltyScores, logShares };
  }

  /** Of the groups of the first level the least distance, as a multiple of where that group ends. */
  #novelty({ z, residuals }: ProjectedRows, row: number): number {
    const { extents, bounds } = this.numbers;
    let least = Number.POSITIVE_INFINITY;
    for (let group = 0; group < bounds.length; group++) {
      const distance = distanceTo(extents, group, z.data, row * z.cols, residuals[row]!);
      least = Math.min(least, distance / bounds[group]!);
    }
    return least;
  }

  /** The best groups of the first level. */
  #ranked(shares: Float64Array): PathProbability[] {
    const total = logSumExp(shares, 0, shares.length);
    // By the logarithms: far groups all have the probability 0.
    const order = [...shares.keys()].sort((a, b) => shares[b]! - shares[a]! || a - b);
    return order
      .slice(0, RUNNERS_UP + 1)
      .map(group => ({ path: this.paths[group]!, probability: Math.exp(shares[group]! - total) }));
  }
}

function largest(values: Float64Array, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
