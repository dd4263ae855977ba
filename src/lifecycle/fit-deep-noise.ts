import { crossValidate } from '../cluster/cross-validation.js';
import { type Matrix, takeRows } from '../cluster/matrix.js';
import { StandardScaler } from '../cluster/standard-scaler.js';
import { checkCollapse, groupShares } from '../collapse-guard.js';
import { PlantsenseError } from '../errors.js';
import { openBackend, type TensorBackend } from '../nn/backend/open-backend.js';
import type { Latents } from '../nn/conv-sdae/encoder.js';
import { type TrainedConvSdae, trainConvSdae } from '../nn/conv-sdae/train-conv-sdae.js';
import { type SplitRows, splitRows } from '../nn/training/held-out-rows.js';
import type { RowSource } from '../nn/training/row-source.js';
import { type Artefact, sealArtefact } from './artefact.js';
import { DeepNoiseModel } from './deep-noise-model.js';
import {
  checkEnough,
  type FitNoiseOptions,
  type FitNoiseSettings,
  fitNoiseSettings,
} from './fit-noise-options.js';
import { groupIds } from './group-ids.js';
import { innerIndices } from './inner-indices.js';
import { type LatentGrouping, labelsOf } from './latent-grouping.js';
import {
  CHECKPOINT_STEPS,
  epochsOf,
  type NetworkSettings,
  networkSettings,
  stepsAfterPretraining,
} from './network-options.js';
import { NetworkProgress } from './network-progress.js';
import { fitNoiseDensity } from './noise-density.js';
import type { DeepDetails } from './noise-details.js';
import type { DeepKind } from './noise-kind.js';
import type { NoiseTrainingSet } from './noise-training-set.js';
import { noveltyThreshold } from './novelty-threshold.js';
import { type NumberOfGroups, numberOfGroups } from './number-of-groups.js';
import { sampleRows } from './sample-rows.js';
import { trainGrouping } from './train-grouping.js';

export interface FittedDeepNoise {
  /** What `saveModel` keeps. */
  readonly artefact: Artefact;
  /** To be disposed of after use. */
  readonly model: DeepNoiseModel;
}

export interface FitDeepNoiseOptions extends FitNoiseOptions {
  readonly kind: DeepKind;
}

/**
 * Trains a network on spectrograms of noise events, and groups among its latents: a Conv-SDAE first, then a mixture on its
 * latents, DEC or VaDE. A share of the events is held out from all of it; what is novel is told by their likelihood.
 * `auto` chooses the number of groups on the Conv-SDAE's latents. Opens the tensor backend of this thread.
 *
 * The same set and options give the same artefact on the same machine, byte for byte, also when the training was killed
 * and went on from a checkpoint.
 *
 * @param tensors spectrograms of the set, row by row
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT, MODEL_COLLAPSED, MODEL_DIVERGED, MATRIX_INVALID, PARAMETER_INVALID,
 *   TRAINING_CHECKPOINT_INVALID, TRAINING_UNSUPPORTED, TENSOR_BACKEND_UNAVAILABLE; the signal's reason when it is aborted
 */
export async function fitDeepNoise(
  set: NoiseTrainingSet,
  options: FitDeepNoiseOptions,
  tensors: RowSource,
): Promise<FittedDeepNoise> {
  const settings = fitNoiseSettings(options);
  const network = networkSettings(options.network);
  checkEnough(set.rows.rows, settings, 1 - network.heldOutShare);
  const backend = await openBackend();
  const { heldOutShare } = network;
  const rows = splitRows(tensors, { heldOut: null, heldOutShare, seed: settings.seed });
  const progress = new NetworkProgress(
    settings,
    stepsAfterPretraining(options.kind, network, rows.training.rows),
  );
  const pretrained = await pretrain(rows, settings, network, progress);
  let trained: LatentGrouping | null = null;
  try {
    const chosen = await chooseGroups(pretrained, rows, settings, progress);
    await progress.begin('fit');
    const { grouping, indices } = await trainGrouping({
      ...{ kind: options.kind, rows, pretrained, settings, network, progress, k: chosen.k },
    });
    trained = grouping;
    const artefact = await describe({
      ...{ set, tensors, settings, network, backend, grouping, rows, chosen, progress, indices },
      kind: options.kind,
    });
    return { artefact, model: await DeepNoiseModel.open(artefact) };
  } finally {
    // A mixture on its latents has the Conv-SDAE itself.
    if (trained?.encoder !== pretrained.model.encoder) trained?.dispose();
    pretrained.model.dispose();
  }
}

function pretrain(
  { training, heldOut }: SplitRows,
  { seed, checkpoint, signal }: FitNoiseSettings,
  { latentDim, filters, pretrainEpochs, batchSize, learningRate }: NetworkSettings,
  progress: NetworkProgress,
): Promise<TrainedConvSdae> {
  return trainConvSdae(training, {
    ...{ latentDim, filters, batchSize, learningRate, seed, heldOut },
    epochs: epochsOf(pretrainEpochs, training.rows, batchSize),
    checkpoint: checkpoint?.('conv-sdae') ?? null,
    checkpointEverySteps: CHECKPOINT_STEPS,
    onProgress: step => progress.pretraining(step),
    ...(signal && { signal }),
  });
}

async function chooseGroups(
  { model }: TrainedConvSdae,
  { training }: SplitRows,
  settings: FitNoiseSettings,
  progress: NetworkProgress,
): Promise<NumberOfGroups> {
  const latents = await model.encode(training);
  checkSpread(latents);
  return numberOfGroups(standardised(latents), settings, async () => {
    settings.signal?.throwIfAborted();
    await progress.begin('groups');
  });
}

/**
 * Refuses latents that differ by rounding only: what is fitted to them would magnify that.
 * @throws PlantsenseError MODEL_COLLAPSED
 */
function checkSpread({ data, rows, cols }: Latents): void {
  for (let col = 0; col < cols; col++) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = col; i < rows * cols; i += cols) {
      least = Math.min(least, data[i]!);
      most = Math.max(most, data[i]!);
    }
    if (most - least > LEAST_SPREAD * Math.max(Math.abs(least), Math.abs(most))) return;
  }
  throw new PlantsenseError('MODEL_COLLAPSED', 'The network makes the same of all events.');
}

/** A few units in the last place of a 32-bit float. */
const LEAST_SPREAD = 1e-6;

interface Trained {
  readonly kind: DeepKind;
  readonly set: NoiseTrainingSet;
  readonly tensors: RowSource;
  readonly settings: FitNoiseSettings;
  readonly network: NetworkSettings;
  readonly backend: TensorBackend;
  readonly grouping: LatentGrouping;
  readonly rows: SplitRows;
  readonly chosen: NumberOfGroups;
  readonly progress: NetworkProgress;
  readonly indices: Readonly<Record<string, number | null>>;
}

/** The artefact of a trained network: groups that have rows, in the order of their ids, and how good they are. */
async function describe(trained: Trained): Promise<Artefact> {
  const { kind, set, tensors, settings, network, backend, grouping, rows, chosen, progress } = trained;
  const { seed, noveltyQuantile, parent, sequence } = settings;
  await progress.begin('validation');
  const scores = await grouping.score(tensors);
  const { kept, labels, sizes } = occupied(labelsOf(scores), grouping.groups);
  checkCollapse(groupShares(sizes), chosen.k, settings.maxShare);
  const { ids, nextGroupId } = await groupIds(set, tensors, labels, sizes, settings);
  const order = Int32Array.from(ids.keys()).sort((a, b) => ids[a]! - ids[b]!);
  const ordered = grouping.select(order.map(group => kept[group]!));
  // Their likelihood without the groups that have no rows, as it will be for every event.
  const { logLikelihood } = await ordered.score(rows.heldOut!);

  await progress.begin('indices');
  const latents = standardised(scores.latents);
  const { architecture, normalisation } = grouping.encoder;
  const details: DeepDetails = {
    featureSet: set.featureSet,
    featureOptions: { ...set.featureOptions },
    bands: set.bands,
    frames: set.frames,
    groups: [...order].map(group => ({ id: ids[group]!, rows: sizes[group]! })),
    nextGroupId,
    novelty: noveltyThreshold(logLikelihood, noveltyQuantile),
    candidates: chosen.candidates,
    network: { latentDim: architecture.latentDim, filters: [...architecture.filters], normalisation },
    density: kind === 'vade' ? 'prior' : 'mixture of latents',
    backend: { kind: backend.kind, device: backend.device, ...backend.versions },
  };
  const { arrays, networks } = await ordered.toArtefact();
  return sealArtefact(
    {
      ...{ method: 'noise', kind, sequence, seed },
      parent: parent?.version ?? null,
      data: { rows: set.rows.rows, fromUs: set.fromUs, toUs: set.toUs, seen: [...set.seen] },
      parameters: parametersOf(kind, settings, network),
      indices: {
        heldOutLogLikelihood: logLikelihood.reduce((a, b) => a + b) / logLikelihood.length,
        latentStability: latentStability(latents, chosen.k, settings),
        ...groupShares(sizes),
        ...trained.indices,
        ...innerIndices(latents, labels, seed),
      },
      details,
    },
    arrays,
    networks,
  );
}

function parametersOf(
  kind: DeepKind,
  { groups, regCovar, folds, maxShare, minGroupOverlap }: FitNoiseSettings,
  { loss, pretrainEpochs, epochs, batchSize, learningRate, heldOutShare }: NetworkSettings,
) {
  return {
    ...{ groups, regCovar, folds, maxShare, minGroupOverlap },
    ...{ pretrainEpochs, batchSize, learningRate, heldOutShare },
    ...(kind === 'conv-sdae+gmm' ? {} : { epochs }),
    ...(kind === 'vade' ? { loss } : {}),
  };
}

/** Groups that are the most probable one of some row, and the labels and sizes among them. */
function occupied(all: Int32Array, groups: number) {
  const counts = new Float64Array(groups);
  for (const label of all) counts[label]!++;
  const kept = Int32Array.from(counts.keys()).filter(group => counts[group]! > 0);
  const numbers = new Map([...kept].map((group, i) => [group, i]));
  return { kept, labels: all.map(label => numbers.get(label)!), sizes: counts.filter(count => count > 0) };
}

/**
 * Agreement of mixtures with as many groups that were fitted to parts of the latents. It tells whether the latents have
 * groups, not whether another training of the network would find the same.
 */
function latentStability(latents: Matrix, k: number, { seed, regCovar, folds }: FitNoiseSettings): number {
  const sample = takeRows(latents, sampleRows(latents.rows, seed));
  const { stability } = crossValidate(
    sample,
    (x, randomState) => fitNoiseDensity(x, { kind: 'gmm', k, regCovar, nInit: 1, randomState }),
    Math.min(folds, sample.rows),
    seed,
  );
  return stability;
}

function standardised(latents: Matrix): Matrix {
  return StandardScaler.fit(latents).transform(latents);
}
