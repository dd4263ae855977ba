import type { NpyArray } from '../../npy.js';
import { Random } from '../../random.js';
import type { ConvSdae } from '../conv-sdae/conv-sdae.js';
import { trainableVariables } from '../conv-sdae/copy-weights.js';
import * as tf from '../tf.js';
import { deriveSeed, RANDOM_FOR } from '../training/derive-seed.js';
import type { Losses, Minibatch, Objective } from '../training/objective.js';
import { readVariables } from '../training/variables.js';
import { GaussianMixturePrior } from './gaussian-mixture-prior.js';
import { GroupFrequencies } from './group-frequencies.js';
import { clampLogVariance, ENCODER_LOG_VARIANCE, type MixturePrior } from './mixture-prior.js';
import type { PriorVariables } from './prior-variables.js';
import { Vade, type VadeLoss } from './vade.js';
import { elboLoss, type SeedWeights, sampleLatent, seedLoss } from './vade-loss.js';

export interface VadeObjectiveSettings extends SeedWeights {
  readonly groups: number;
  readonly initialLogVariance: number;
  readonly loss: VadeLoss;
  readonly seed: number;
  /** Epochs in which the terms that group rise from nothing to their full weight. */
  readonly warmUpEpochs: number;
  /** Rows that are trained on. */
  readonly rows: number;
  readonly batchSize: number;
}

/** VaDE's, with either loss. */
export class VadeObjective implements Objective {
  readonly variables: readonly tf.Variable[];
  readonly fingerprint: unknown;
  readonly #network: ConvSdae;
  readonly #prior: PriorVariables;
  readonly #settings: VadeObjectiveSettings;
  readonly #frequencies: GroupFrequencies;

  constructor(network: ConvSdae, prior: PriorVariables, settings: VadeObjectiveSettings) {
    const { encoder, decoder } = network;
    this.#network = network;
    this.#prior = prior;
    this.#settings = settings;
    this.variables = [...encoder.variables, ...trainableVariables(decoder), ...prior];
    const { weights } = this.model().prior;
    this.#frequencies = new GroupFrequencies(Float32Array.from(weights, weight => weight * settings.rows));
    // The first prior tells the rows of one set from those of another.
    const first = readVariables(prior).map(values => [...values]);
    const { normalisation, architecture } = encoder;
    this.fingerprint = { ...settings, normalisation, architecture, first };
  }

  /** The model as it is now. It shares the network. */
  model(): Vade {
    const [logits, means, logVariances] = readVariables(this.#prior) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const prior = new GaussianMixturePrior({ logits, means, logVariances });
    return new Vade(this.#network, prior, this.#settings.loss);
  }

  loss({ x, epoch, step, isTraining }: Minibatch): Losses {
    const { encoder, decoder } = this.#network;
    const wanted = encoder.prepare(x);
    const [mean, logVariance] = encoder.heads(wanted);
    const posterior = {
      mean: mean!,
      logVariance: clampLogVariance(logVariance!, ENCODER_LOG_VARIANCE),
    };
    const [logits, means, logVariances] = this.#prior as readonly tf.Tensor[];
    const prior = { logits, means, logVariances } as MixturePrior;
    const normals = isTraining ? this.#normals(mean!.shape, step) : null;
    const { z, logGamma } = sampleLatent(posterior, normals, prior);
    const drawn = decoder.apply(z) as tf.Tensor4D;
    // Held-out losses of two epochs can only be compared with the same weights.
    const warmUp = isTraining ? this.#warmUp(step) : 1;
    const terms = { wanted, drawn, posterior, logGamma, prior, warmUp };
    if (this.#settings.loss === 'elbo') return elboLoss(terms);
    const frequencies = tf.tensor1d(this.#frequencies.at(epoch));
    if (isTraining) this.#frequencies.count(tf.tidy(() => tf.sum(tf.exp(logGamma), 0)).dataSync());
    return seedLoss(terms, this.#settings, frequencies);
  }

  #warmUp(step: number): number {
    const { warmUpEpochs, rows, batchSize } = this.#settings;
    const steps = warmUpEpochs * Math.ceil(rows / batchSize);
    return steps === 0 ? 1 : Math.min(1, step / steps);
  }

  #normals(shape: [number, number], step: number): tf.Tensor2D {
    const random = new Random(deriveSeed(this.#settings.seed, RANDOM_FOR.sample, step));
    const values = Float32Array.from({ length: shape[0] * shape[1] }, () => random.normal());
    return tf.tensor2d(values, shape);
  }

  state(): ReadonlyMap<string, NpyArray> {
    return this.#frequencies.state();
  }

  restore(state: ReadonlyMap<string, NpyArray>): void {
    this.#frequencies.restore(state);
  }
}
