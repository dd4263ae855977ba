import { checkCollapse, type GroupShares, groupShares } from '../../collapse-guard.js';
import { PlantsenseError } from '../../errors.js';
import { checkRows } from '../conv-sdae/check-rows.js';
import type { ConvSdae } from '../conv-sdae/conv-sdae.js';
import { latentScale, scaleLatents } from '../conv-sdae/scale-latents.js';
import { checkGroups } from '../groups.js';
import { countLabels } from '../largest-of-each-row.js';
import { K_MEANS_STARTS, type LatentKMeans } from '../latent-k-means.js';
import * as tf from '../tf.js';
import { Adam } from '../training/adam.js';
import { deriveSeed, RANDOM_FOR } from '../training/derive-seed.js';
import { splitRows } from '../training/held-out-rows.js';
import type { TrainingSummary } from '../training/progress.js';
import { type RowSource, rowSize } from '../training/row-source.js';
import { train } from '../training/train.js';
import { type TrainingOptions, trainingSettings } from '../training/training-options.js';
import { groupMoments } from './group-moments.js';
import { priorVariables } from './prior-variables.js';
import type { Vade, VadeLoss } from './vade.js';
import { VadeObjective } from './vade-objective.js';
import { variationalNetwork } from './variational-network.js';

export interface VadeOptions extends TrainingOptions {
  readonly groups: number;
  readonly kMeans: LatentKMeans;
  /** `elbo`: VaDE's evidence lower bound; `seed`: the industrial noise paper's. */
  readonly loss: VadeLoss;
  /** Weight of the KL divergence to the prior in the seed loss. Default 0.1. */
  readonly beta?: number;
  /** Weight of KL(P‖Q) in the seed loss. Default 0.5. */
  readonly gamma?: number;
  /** Epochs in which the terms that group rise to their weight. Default: a fifth of all. */
  readonly warmUpEpochs?: number;
  /** Logarithm of the latents' variances at first: small, so that the decoder still knows them. Default -4. */
  readonly initialLogVariance?: number;
  /** A larger group is a collapse. Default 0.95. */
  readonly maxShare?: number;
}

export interface TrainedVade {
  readonly model: Vade;
  readonly training: TrainingSummary;
  /** How the rows that it was trained on lie in the groups. */
  readonly shares: GroupShares;
}

/** Added to the variances of a group's first latents, all latents' being 1. */
const LEAST_VARIANCE = 1e-3;

/**
 * Trains VaDE (Jiang et al. 2017; Akram et al. for industrial noise): a variational auto-encoder with a mixture of normal
 * distributions as prior. Encoder and decoder start from a Conv-SDAE, which stays as it is, the prior from k-means on
 * its latents. Those have any size; they are brought to standard deviation 1 first, so that learning rate,
 * clamps and first variances mean the same for every Conv-SDAE.
 *
 * @throws PlantsenseError as {@link train}; MODEL_COLLAPSED when nearly all rows end in one group; PARAMETER_INVALID,
 *   TRAINING_DATA_INSUFFICIENT, MATRIX_INVALID
 */
export async function trainVade(
  source: RowSource,
  sdae: ConvSdae,
  options: VadeOptions,
): Promise<TrainedVade> {
  const { groups, kMeans, loss, beta = 0.1, gamma = 0.5, maxShare = 0.95 } = options;
  const { initialLogVariance = -4 } = options;
  for (const [name, value] of Object.entries({ beta, gamma, warmUpEpochs: options.warmUpEpochs ?? 0 }))
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new PlantsenseError('PARAMETER_INVALID', `${name} must be a number from 0, not ${value}.`);
  const settings = trainingSettings(options, {
    epochs: 50,
    batchSize: 32,
    learningRate: 1e-3,
    // The evidence lower bound sums over pixels, the other takes their mean.
    clipNorm: loss === 'seed' ? 5 : rowSize(source.shape) / 2,
  });
  const { seed, epochs, batchSize } = settings;
  const { warmUpEpochs = epochs / 5 } = options;
  const rows = splitRows(source, settings);
  checkGroups(groups, rows.training.rows);
  checkRows(source, sdae.encoder.architecture.shape);
  const latents = await sdae.encode(rows.training);
  const scale = latentScale(latents);
  const scaled = scaleLatents(latents, 1 / scale);
  const first = kMeans(scaled, {
    nClusters: groups,
    nInit: K_MEANS_STARTS,
    randomState: deriveSeed(seed, RANDOM_FOR.clustering),
  });
  const network = variationalNetwork(sdae, scale, initialLogVariance, seed);
  const prior = priorVariables(groupMoments(scaled, first, LEAST_VARIANCE));
  try {
    const objective = new VadeObjective(network, prior, {
      ...{ loss, seed, beta, gamma, warmUpEpochs, initialLogVariance, groups },
      rows: rows.training.rows,
      batchSize: Math.min(batchSize, rows.training.rows),
    });
    const training = await train(objective, rows, variables => new Adam(variables), settings);
    const model = objective.model();
    const { labels } = await model.assign(rows.training);
    const shares = groupShares(countLabels(labels, groups));
    checkCollapse(shares, groups, maxShare);
    return { model, training, shares };
  } catch (error) {
    network.dispose();
    throw error;
  } finally {
    tf.dispose([...prior]);
  }
}
