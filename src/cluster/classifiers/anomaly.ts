import { z } from 'zod';
import { PlantsenseError } from '../../errors.js';
import { quantile } from '../../quantile.js';
import { checkMatrix, type Matrix, squaredDistance, takeRows, zeros } from '../matrix.js';
import { checkInteger, checkOneOf } from '../parameters.js';
import type { FittedClassifier } from './classifier.js';
import { heldOutFolds } from './held-out-folds.js';
import { type LabelledRows, selectLabelled } from './labelled-rows.js';
import { packedFloats, packFloats, parseKept } from './packed-floats.js';
import { fitShrunkGaussian, type Gaussian, mahalanobis } from './shrunk-covariance.js';

/** Classes of its answers. */
export const [NORMAL, ABNORMAL] = [0, 1] as const;

/** What is normal, and how far from it is too far. */
export interface AnomalyOptions {
  /** The class whose rows are normal; other rows are not learnt from. Default 0. */
  readonly normalClass?: number;
  /**
   * `mahalanobis`: from their mean, in standard deviations, the covariance shrunk (OAS). `nearest`: mean distance to the
   * nearest of them, for normal things of several kinds. Default mahalanobis.
   */
  readonly distance?: 'mahalanobis' | 'nearest';
  /** Neighbours of `nearest`. Default 5. */
  readonly neighbours?: number;
  /** Share of normal rows that is not farther than the threshold. Default 0.99. */
  readonly quantile?: number;
  /** Default 1. */
  readonly seed?: number;
}

type Reference = Gaussian | { readonly rows: Matrix; readonly neighbours: number };

/** How distances become probabilities. */
interface Scale {
  /** Distance at which both are equally likely. */
  readonly threshold: number;
  /** How the logarithm of the odds grows with that of the distance. */
  readonly steepness: number;
}

/** A fitted anomaly score; its classes are {@link NORMAL} and {@link ABNORMAL}. */
export interface AnomalyClassifier extends FittedClassifier {
  readonly type: 'anomaly';
  /** The distance from which on a row is abnormal. */
  readonly threshold: number;
  /**
   * Distances of rows from what is normal.
   * @throws PlantsenseError MATRIX_INVALID
   */
  distances(x: Matrix): Float64Array;
}

/** Fewer normal rows say nothing about how far others may lie. */
const LEAST_ROWS = 3;
/** The threshold lies above the median by this factor at least: else the odds would jump. */
const LEAST_RATIO = 1.05;

/**
 * Learns how far normal rows lie from normal rows that were not learnt from. The threshold is a quantile of those distances;
 * there the odds are even, and at their median they are as the quantile's share: 99 to 1. In between and beyond, the
 * logarithm of the odds grows with that of the distance.
 *
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT with fewer than three normal rows
 */
export function fitAnomaly(rows: LabelledRows, options: AnomalyOptions): AnomalyClassifier {
  const { normalClass = 0, distance = 'mahalanobis', neighbours = 5, seed = 1 } = options;
  const share = options.quantile ?? 0.99;
  checkInteger('normalClass', normalClass, 0);
  checkInteger('neighbours', neighbours, 1);
  checkOneOf('distance', distance, ['mahalanobis', 'nearest']);
  if (!(share > 0.5 && share < 1))
    throw new PlantsenseError('PARAMETER_INVALID', `quantile must lie between 0.5 and 1, not ${share}.`);
  const normal = selectLabelled(
    rows,
    Int32Array.from(rows.y.keys()).filter(row => rows.y[row] === normalClass),
  );
  if (normal.y.length < LEAST_ROWS)
    throw new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `There are ${normal.y.length} rows of the normal class ${normalClass}, and ${LEAST_ROWS} are the least.`,
    );
  const learn = (x: Matrix): Reference =>
    distance === 'mahalanobis' ? fitShrunkGaussian(x) : { rows: x, neighbours: Math.min(neighbours, x.rows) };
  const heldOut = new Float64Array(normal.y.length);
  for (const { learnt, heldOut: left } of heldOutFolds(normal, seed)) {
    const reference = learn(takeRows(normal.x, learnt));
    for (const row of left) heldOut[row] = distanceOf(reference, normal.x, row);
  }
  return new FittedAnomaly(learn(normal.x), scaleOf(heldOut, share), rows.x.cols);
}

function scaleOf(heldOut: Float64Array, share: number): Scale {
  const median = quantile(heldOut, 0.5);
  // Equal rows lie at no distance: then any is one too many.
  const threshold = Math.max(quantile(heldOut, share), median * LEAST_RATIO) || Number.MIN_VALUE;
  const ratio = median > 0 ? threshold / median : Number.POSITIVE_INFINITY;
  const steepness = Math.log(share / (1 - share)) / Math.log(ratio);
  return { threshold, steepness: Math.max(steepness, 1) };
}

function distanceOf(reference: Reference, x: Matrix, row: number): number {
  if ('mean' in reference) return mahalanobis(reference, x, row);
  const { rows, neighbours } = reference;
  const distances = new Float64Array(rows.rows);
  for (let other = 0; other < rows.rows; other++)
    distances[other] = squaredDistance(rows.data, other * x.cols, x.data, row * x.cols, x.cols);
  distances.sort();
  let sum = 0;
  for (let i = 0; i < neighbours; i++) sum += Math.sqrt(distances[i]!);
  return sum / neighbours;
}

class FittedAnomaly implements AnomalyClassifier {
  readonly type = 'anomaly';
  readonly nClasses = 2;
  readonly #reference: Reference;
  readonly #scale: Scale;
  readonly #cols: number;

  constructor(reference: Reference, scale: Scale, cols: number) {
    this.#reference = reference;
    this.#scale = scale;
    this.#cols = cols;
  }

  get threshold(): number {
    return this.#scale.threshold;
  }

  distances(x: Matrix): Float64Array {
    checkMatrix(x, this.#cols);
    return Float64Array.from({ length: x.rows }, (_, row) => distanceOf(this.#reference, x, row));
  }

  predictProbability(x: Matrix) {
    const { threshold, steepness } = this.#scale;
    const shares = zeros(x.rows, 2);
    this.distances(x).forEach((distance, row) => {
      const normal = distance === 0 ? 1 : 1 / (1 + (distance / threshold) ** steepness);
      shares.data[row * 2 + NORMAL] = normal;
      shares.data[row * 2 + ABNORMAL] = 1 - normal;
    });
    return shares;
  }

  toJson() {
    const reference = this.#reference;
    const kept =
      'mean' in reference
        ? { mean: packFloats(reference.mean), whitening: packFloats(reference.whitening.data) }
        : { rows: packFloats(reference.rows.data), neighbours: reference.neighbours };
    return { type: 'anomaly', cols: this.#cols, ...this.#scale, ...kept };
  }
}

const keptSchema = z
  .strictObject({
    type: z.literal('anomaly'),
    cols: z.number().int().positive(),
    threshold: z.number().positive(),
    steepness: z.number().positive(),
    mean: packedFloats.optional(),
    whitening: packedFloats.optional(),
    rows: packedFloats.optional(),
    neighbours: z.number().int().positive().optional(),
  })
  .refine(
    ({ cols, mean, whitening, rows, neighbours }) =>
      rows
        ? rows.length % cols === 0 && neighbours !== undefined && neighbours * cols <= rows.length
        : mean?.length === cols && whitening?.length === cols * cols,
    'its parts do not fit one another',
  );

/** @throws PlantsenseError MODEL_INVALID */
export function openAnomaly(json: unknown): AnomalyClassifier {
  const { cols, threshold, steepness, mean, whitening, rows, neighbours } = parseKept(keptSchema, json);
  const reference: Reference = rows
    ? { rows: { data: rows, rows: rows.length / cols, cols }, neighbours: neighbours! }
    : { mean: mean!, whitening: { data: whitening!, rows: cols, cols } };
  return new FittedAnomaly(reference, { threshold, steepness }, cols);
}
