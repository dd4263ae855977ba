import { checkCollapse, type GroupShares, groupShares } from '../../collapse-guard.js';
import { buildEncoder, LATENT_HEAD } from '../conv-sdae/build-encoder.js';
import { checkRows } from '../conv-sdae/check-rows.js';
import type { ConvSdae } from '../conv-sdae/conv-sdae.js';
import { copyWeights } from '../conv-sdae/copy-weights.js';
import { Encoder } from '../conv-sdae/encoder.js';
import { checkGroups } from '../groups.js';
import { countLabels } from '../largest-of-each-row.js';
import { K_MEANS_STARTS, type LatentKMeans } from '../latent-k-means.js';
import * as tf from '../tf.js';
import { deriveSeed, RANDOM_FOR } from '../training/derive-seed.js';
import { Momentum } from '../training/momentum.js';
import type { TrainingSummary } from '../training/progress.js';
import type { RowSource } from '../training/row-source.js';
import { train } from '../training/train.js';
import { checkWhole, type TrainingOptions, trainingSettings } from '../training/training-options.js';
import type { Dec } from './dec.js';
import { DecObjective } from './dec-objective.js';

export interface DecOptions
  extends Omit<TrainingOptions, 'epochs' | 'heldOut' | 'heldOutShare' | 'earlyStopping'> {
  readonly groups: number;
  readonly kMeans: LatentKMeans;
  /** Steps at most, rounded up to whole epochs. Default 2,800. */
  readonly maxSteps?: number;
  /** Default 140. */
  readonly refreshSteps?: number;
  /** Default 0.001. */
  readonly labelTolerance?: number;
  /** Degrees of freedom of Student's t. Default 1. */
  readonly alpha?: number;
  /** A larger group is a collapse. Default 0.95. */
  readonly maxShare?: number;
}

export interface TrainedDec {
  readonly model: Dec;
  readonly training: TrainingSummary & {
    /** Share of rows that changed their group at the last refresh; null when there was none. */
    readonly labelChanges: number | null;
  };
  /** How the rows that it was trained on lie in the groups. */
  readonly shares: GroupShares;
}

/**
 * Trains DEC (Xie, Girshick & Farhadi 2016): the encoder of a Conv-SDAE and centroids, from k-means on its latents, are
 * changed together by stochastic gradient descent until hardly a row changes its group. The Conv-SDAE stays as it is.
 *
 * @throws PlantsenseError as {@link train}; MODEL_COLLAPSED, PARAMETER_INVALID, TRAINING_DATA_INSUFFICIENT, MATRIX_INVALID
 */
export async function trainDec(source: RowSource, sdae: ConvSdae, options: DecOptions): Promise<TrainedDec> {
  const { groups, kMeans, maxSteps = 2800, maxShare = 0.95, ...rest } = options;
  const { refreshSteps = 140, labelTolerance = 1e-3, alpha = 1 } = options;
  checkGroups(groups, source.rows);
  checkWhole('maxSteps', maxSteps);
  checkWhole('refreshSteps', refreshSteps);
  const { architecture, normalisation, network } = sdae.encoder;
  checkRows(source, architecture.shape);
  const batchSize = Math.min(options.batchSize ?? 256, source.rows);
  const epochs = Math.ceil(maxSteps / Math.ceil(source.rows / batchSize));
  const settings = trainingSettings(
    { ...rest, epochs },
    { epochs, batchSize, learningRate: 0.01, clipNorm: null },
  );
  const latents = await sdae.encode(source);
  const randomState = deriveSeed(settings.seed, RANDOM_FOR.clustering);
  const { labels, clusterCenters } = kMeans(latents, {
    nClusters: groups,
    nInit: K_MEANS_STARTS,
    randomState,
  });

  const copy = buildEncoder(architecture, [LATENT_HEAD], settings.seed);
  copyWeights(network, copy);
  const encoder = new Encoder(copy, architecture, normalisation);
  const centers = Float32Array.from(clusterCenters.data);
  const centroids = tf.tidy(() => tf.variable(tf.tensor2d(centers, [groups, latents.cols])));
  try {
    const parts = { groups, alpha, refreshSteps, labelTolerance };
    const objective = new DecObjective(encoder, centroids, labels, source, parts);
    const rows = { training: source, heldOut: null };
    const training = await train(objective, rows, variables => new Momentum(variables), settings);
    const model = objective.model();
    const shares = groupShares(countLabels((await model.assign(source)).labels, groups));
    checkCollapse(shares, groups, maxShare);
    return { model, training: { ...training, labelChanges: objective.labelChanges }, shares };
  } catch (error) {
    encoder.dispose();
    throw error;
  } finally {
    centroids.dispose();
  }
}
