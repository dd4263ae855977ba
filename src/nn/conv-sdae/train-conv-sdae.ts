import * as tf from '../tf.js';
import { Adam } from '../training/adam.js';
import { splitRows } from '../training/held-out-rows.js';
import type { Minibatch, Objective } from '../training/objective.js';
import type { TrainingSummary } from '../training/progress.js';
import { type RowSource, rowSize } from '../training/row-source.js';
import { train } from '../training/train.js';
import {
  type TrainingDefaults,
  type TrainingOptions,
  trainingSettings,
} from '../training/training-options.js';
import { checkArchitecture } from './architecture.js';
import { buildDecoder } from './build-decoder.js';
import { buildEncoder, LATENT_HEAD } from './build-encoder.js';
import { ConvSdae } from './conv-sdae.js';
import { trainableVariables } from './copy-weights.js';
import { Encoder } from './encoder.js';
import { InputNoise, type NoiseOptions } from './input-noise.js';
import { measureNormalisation } from './normalisation.js';

export interface ConvSdaeOptions extends TrainingOptions {
  /** Numbers that a row becomes. Default 10. */
  readonly latentDim?: number;
  /** Filters of the convolutions. Default 16, 32, 64. */
  readonly filters?: readonly number[];
  /** Default: normal noise of 0.1. */
  readonly noise?: NoiseOptions;
}

export interface TrainedConvSdae {
  readonly model: ConvSdae;
  readonly training: TrainingSummary;
}

const DEFAULTS: TrainingDefaults = { epochs: 50, batchSize: 32, learningRate: 1e-3, clipNorm: null };

/**
 * Trains a Conv-SDAE on rows, with the mean squared error between the rows and what is drawn from noisy ones, by Adam.
 * Rows are given as they were measured: their mean and standard deviation are taken first and kept.
 *
 * @throws PlantsenseError as {@link train}; PARAMETER_INVALID, TRAINING_DATA_INSUFFICIENT, MATRIX_INVALID
 */
export async function trainConvSdae(
  source: RowSource,
  options: ConvSdaeOptions = {},
): Promise<TrainedConvSdae> {
  const { latentDim = 10, filters = [16, 32, 64], noise = { type: 'gaussian', std: 0.1 } } = options;
  const settings = trainingSettings(options, DEFAULTS);
  const architecture = { shape: source.shape, filters, latentDim };
  checkArchitecture(architecture);
  const inputNoise = new InputNoise(noise, rowSize(source.shape), settings.seed);
  const rows = splitRows(source, settings);
  const normalisation = await measureNormalisation(rows.training, settings.signal);
  const network = buildEncoder(architecture, [LATENT_HEAD], settings.seed);
  const encoder = new Encoder(network, architecture, normalisation);
  const model = new ConvSdae(encoder, buildDecoder(architecture, settings.seed));
  try {
    const objective = reconstruction(model, inputNoise, { filters, latentDim, noise, normalisation });
    const training = await train(objective, rows, variables => new Adam(variables), settings);
    return { model, training };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function reconstruction({ encoder, decoder }: ConvSdae, noise: InputNoise, fingerprint: unknown): Objective {
  return {
    variables: [...encoder.variables, ...trainableVariables(decoder)],
    fingerprint: ['conv-sdae', fingerprint],
    loss({ x, step, isTraining }: Minibatch) {
      const clean = encoder.prepare(x);
      const [latents] = encoder.heads(isTraining ? noise.apply(clean, step) : clean);
      const drawn = decoder.apply(latents!) as tf.Tensor4D;
      return { total: tf.mean(tf.squaredDifference(drawn, clean)) };
    },
  };
}
