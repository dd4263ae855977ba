import { calinskiHarabaszScore } from '../cluster/calinski-harabasz-score.js';
import { chooseK, type KCandidate, kCandidates, kRange } from '../cluster/choose-k.js';
import { crossValidate } from '../cluster/cross-validation.js';
import { daviesBouldinScore } from '../cluster/davies-bouldin-score.js';
import type { DiagonalMixture } from '../cluster/diagonal-mixture.js';
import { entropy } from '../cluster/entropy.js';
import { type Matrix, takeRows } from '../cluster/matrix.js';
import { quantile } from '../cluster/quantile.js';
import { silhouetteScore } from '../cluster/silhouette-score.js';
import { StandardScaler } from '../cluster/standard-scaler.js';
import { PlantsenseError } from '../errors.js';
import type { Npy } from '../npy.js';
import { Random } from '../random.js';
import { type Artefact, sealArtefact } from './artefact.js';
import { checkCollapse, groupShares } from './collapse-guard.js';
import {
  type FitNoiseOptions,
  type FitNoiseSettings,
  FitSteps,
  fitNoiseSettings,
} from './fit-noise-options.js';
import { groupsBySize, type MatchedGroups, matchGroups } from './group-matching.js';
import { logStretch, type MixtureDetails, MixtureNoiseModel } from './mixture-noise-model.js';
import { fitNoiseDensity, occupiedComponents, reorderComponents } from './noise-density.js';
import type { NoiseTrainingSet } from './noise-training-set.js';

export interface FittedNoise {
  /** What `saveModel` keeps. */
  readonly artefact: Artefact;
  readonly model: MixtureNoiseModel;
}

/** Starts of the final fit; those that only judge start once. */
const STARTS = 5;

/**
 * Rows, drawn at random, that the number of groups is chosen and the indices are measured on at most: the first fits
 * many times, silhouette takes time with the square of the rows.
 */
const SAMPLE_ROWS = 2000;

/** Steps after the choice of the number of groups. */
const LAST_STEPS = 3;

/**
 * Fits k-means or a Gaussian mixture to pooled features of noise events. The same set and options give the same
 * artefact, byte for byte.
 *
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT, MODEL_COLLAPSED, MATRIX_INVALID, PARAMETER_INVALID
 */
export async function fitNoise(set: NoiseTrainingSet, options: FitNoiseOptions): Promise<FittedNoise> {
  const settings = fitNoiseSettings(options);
  checkEnough(set.rows.rows, settings);
  const scaler = StandardScaler.fit(set.rows);
  const x = scaler.transform(set.rows);
  const { kind, seed, regCovar } = settings;
  const { k, candidates, steps } = await numberOfGroups(x, settings);

  await steps.begin('fit');
  const fitted = fitNoiseDensity(x, { kind, k, regCovar, nInit: STARTS, randomState: seed });
  const { mixture, labels, sizes } = occupiedComponents(fitted, x);
  checkCollapse(groupShares(sizes), k, settings.maxShare);

  await steps.begin('validation');
  const { heldOut, stability } = crossValidate(
    x,
    (rows, randomState) => fitNoiseDensity(rows, { kind, k, regCovar, nInit: 1, randomState }),
    Math.min(settings.folds, x.rows),
    seed,
  );
  const likelihoods = heldOut.map(likelihood => likelihood - logStretch(scaler));

  await steps.begin('indices');
  const { ids, nextGroupId } = groupIds(set, labels, sizes, settings);
  const order = Int32Array.from(ids.keys()).sort((a, b) => ids[a]! - ids[b]!);
  const details: MixtureDetails = {
    featureSet: set.featureSet,
    featureOptions: { ...set.featureOptions },
    bands: set.bands,
    frames: set.frames,
    groups: [...order].map(component => ({ id: ids[component]!, rows: sizes[component]! })),
    nextGroupId,
    novelty: {
      quantile: settings.noveltyQuantile,
      logLikelihood: quantile(likelihoods, settings.noveltyQuantile),
    },
    candidates,
  };
  const { groups, folds, maxShare, minGroupOverlap } = settings;
  const artefact = sealArtefact(
    {
      method: 'noise',
      kind,
      sequence: settings.sequence,
      parent: settings.parent?.version ?? null,
      data: { rows: x.rows, fromUs: set.fromUs, toUs: set.toUs, seen: [...set.seen] },
      seed,
      parameters: { groups, regCovar, folds, maxShare, minGroupOverlap },
      indices: {
        heldOutLogLikelihood: likelihoods.reduce((a, b) => a + b) / x.rows,
        stability,
        ...groupShares(sizes),
        // It counts free variances, which k-means doesn't have.
        bic: kind === 'gmm' ? mixture.bic(x) : null,
        ...innerIndices(x, labels, seed),
      },
      details,
    },
    arraysOf(scaler, reorderComponents(mixture, order)),
  );
  return { artefact, model: MixtureNoiseModel.open(artefact) };
}

function checkEnough(events: number, { minEvents, groups, minGroups }: FitNoiseSettings): void {
  // Two events a group at least, five where their number is to be found.
  const needed = Math.max(minEvents, groups === 'auto' ? 5 * minGroups : 2 * groups);
  if (events < needed)
    throw new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `There are ${events} events to train on, ${needed} are needed.`,
    );
}

/** The number of groups, given or chosen, and how to tell of the steps that follow. */
async function numberOfGroups(
  x: Matrix,
  settings: FitNoiseSettings,
): Promise<{ readonly k: number; readonly candidates: KCandidate[]; readonly steps: FitSteps }> {
  const { groups, minGroups, maxGroups, regCovar, folds, seed, onProgress } = settings;
  if (groups !== 'auto') return { k: groups, candidates: [], steps: new FitSteps(LAST_STEPS, onProgress) };
  const params = { kMin: minGroups, kMax: maxGroups, regCovar, folds, randomState: seed };
  const sample = takeRows(x, sampleRows(x.rows, seed));
  const { kMin, kMax } = kRange(sample.rows, params);
  const steps = new FitSteps(kMax - kMin + 1 + LAST_STEPS, onProgress);
  const candidates: KCandidate[] = [];
  await steps.begin('groups');
  for (const candidate of kCandidates(sample, params)) {
    candidates.push(candidate);
    if (candidate.k < kMax) await steps.begin('groups');
  }
  return { k: chooseK(candidates, params).k, candidates, steps };
}

/** Ids of the groups: the parent's where they go on, else by falling size. */
function groupIds(
  set: NoiseTrainingSet,
  labels: Int32Array,
  sizes: Float64Array,
  { parent, minGroupOverlap }: FitNoiseSettings,
): MatchedGroups {
  if (!parent) return groupsBySize(sizes, 0);
  const { nextGroupId } = parent.details;
  // Features of another kind can't be compared; the parent's ids are not used again all the same.
  if (parent.featureSet !== set.featureSet) return groupsBySize(sizes, nextGroupId);
  return matchGroups(parentGroups(parent, set.rows), labels, nextGroupId, minGroupOverlap);
}

/**
 * The parent's group of each row, -1 for a novel one: a new source is not what it happens to lie near to. But when the
 * parent finds most of them novel, the plant as a whole has drifted (another gain, another season) and sources go on.
 */
function parentGroups(parent: MixtureNoiseModel, rows: Matrix): Int32Array {
  const answers = parent.assignPooled(rows);
  const novel = answers.filter(answer => answer.novel).length;
  if (novel > answers.length / 2) return parent.nearestGroups(rows);
  return Int32Array.from(answers, answer => answer.group ?? -1);
}

/** Indices of inner quality on a part of the rows; null where they are not defined. */
function innerIndices(x: Matrix, labels: Int32Array, seed: number): Record<string, number | null> {
  const sample = sampleRows(x.rows, seed);
  const rows = takeRows(x, sample);
  const parts = Int32Array.from(sample, row => labels[row]!);
  const clusters = new Set(parts).size;
  const defined = clusters >= 2 && clusters < rows.rows;
  return {
    entropy: entropy(labels),
    silhouette: defined ? silhouetteScore(rows, parts) : null,
    calinskiHarabasz: defined ? calinskiHarabaszScore(rows, parts) : null,
    daviesBouldin: defined ? daviesBouldinScore(rows, parts) : null,
  };
}

/** Rising indices of at most `SAMPLE_ROWS` rows. */
function sampleRows(rows: number, seed: number): Int32Array {
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  return rows <= SAMPLE_ROWS ? all : new Random(seed).shuffle(all).subarray(0, SAMPLE_ROWS).sort();
}

function arraysOf(
  scaler: StandardScaler,
  { weights, means, covariances }: DiagonalMixture,
): Map<string, Npy> {
  const vector = (data: Float64Array) => ({ data, shape: [data.length] });
  const matrix = ({ data, rows, cols }: Matrix) => ({ data: Float64Array.from(data), shape: [rows, cols] });
  return new Map<string, Npy>([
    ['scaler-mean', vector(scaler.mean)],
    ['scaler-scale', vector(scaler.scale)],
    ['weights', vector(weights)],
    ['means', matrix(means)],
    ['covariances', matrix(covariances)],
  ]);
}
