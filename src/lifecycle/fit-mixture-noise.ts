import { crossValidate } from '../cluster/cross-validation.js';
import type { DiagonalMixture } from '../cluster/diagonal-mixture.js';
import type { Matrix } from '../cluster/matrix.js';
import { StandardScaler } from '../cluster/standard-scaler.js';
import { checkCollapse, groupShares } from '../collapse-guard.js';
import type { RowSource } from '../nn/training/row-source.js';
import type { Npy } from '../npy.js';
import { quantile } from '../quantile.js';
import { type Artefact, sealArtefact } from './artefact.js';
import { checkEnough, type FitNoiseOptions, FitSteps, fitNoiseSettings } from './fit-noise-options.js';
import { groupIds } from './group-ids.js';
import { innerIndices } from './inner-indices.js';
import { logStretch, MixtureNoiseModel } from './mixture-noise-model.js';
import { fitNoiseDensity, occupiedComponents, selectComponents } from './noise-density.js';
import type { NoiseDetails } from './noise-details.js';
import type { MixtureKind } from './noise-kind.js';
import type { NoiseTrainingSet } from './noise-training-set.js';
import { candidateCount, numberOfGroups } from './number-of-groups.js';

export interface FittedMixtureNoise {
  /** What `saveModel` keeps. */
  readonly artefact: Artefact;
  readonly model: MixtureNoiseModel;
}

export interface FitMixtureNoiseOptions extends FitNoiseOptions {
  readonly kind: MixtureKind;
}

/** Starts of the final fit; those that only judge start once. */
const STARTS = 5;

/** Steps after the choice of the number of groups. */
const LAST_STEPS = 3;

/**
 * Fits k-means or a Gaussian mixture to pooled features of noise events. The same set and options give the same
 * artefact, byte for byte.
 *
 * @param tensors spectrograms of the set; only to match groups to those of a parent with a network
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT, MODEL_COLLAPSED, MATRIX_INVALID, PARAMETER_INVALID
 */
export async function fitMixtureNoise(
  set: NoiseTrainingSet,
  options: FitMixtureNoiseOptions,
  tensors: RowSource | null = null,
): Promise<FittedMixtureNoise> {
  const settings = fitNoiseSettings(options);
  checkEnough(set.rows.rows, settings);
  const scaler = StandardScaler.fit(set.rows);
  const x = scaler.transform(set.rows);
  const { kind } = options;
  const { seed, regCovar } = settings;
  const steps = new FitSteps(candidateCount(x.rows, settings) + LAST_STEPS, settings.onProgress);
  const { k, candidates } = await numberOfGroups(x, settings, () => steps.begin('groups'));

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
  const { ids, nextGroupId } = await groupIds(set, tensors, labels, sizes, settings);
  const order = Int32Array.from(ids.keys()).sort((a, b) => ids[a]! - ids[b]!);
  const details: NoiseDetails = {
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
    arraysOf(scaler, selectComponents(mixture, order)),
  );
  return { artefact, model: MixtureNoiseModel.open(artefact) };
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
