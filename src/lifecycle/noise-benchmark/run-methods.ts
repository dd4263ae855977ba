import { GaussianMixture } from '../../cluster/gaussian-mixture.js';
import { KMeans } from '../../cluster/k-means.js';
import type { Matrix } from '../../cluster/matrix.js';
import type { ConvSdae } from '../../nn/conv-sdae/conv-sdae.js';
import { trainConvSdae } from '../../nn/conv-sdae/train-conv-sdae.js';
import type { Dec } from '../../nn/dec/dec.js';
import { trainDec } from '../../nn/dec/train-dec.js';
import type { CheckpointPort } from '../../nn/training/checkpoint.js';
import type { TrainingProgress } from '../../nn/training/progress.js';
import type { TrainingOptions } from '../../nn/training/training-options.js';
import { trainVade } from '../../nn/vade/train-vade.js';
import type { Vade, VadeLoss } from '../../nn/vade/vade.js';
import { latentKMeans } from '../latent-k-means.js';
import { CHECKPOINT_STEPS, DEC_BATCH, decSteps, epochsOf } from '../network-options.js';
import { BASELINES, type BaselineMethod, isBaseline } from './baseline-methods.js';
import { baselineSpace } from './baseline-space.js';
import type { BenchmarkMethod, BenchmarkSettings } from './benchmark-options.js';
import type { BenchmarkFit } from './judge-fit.js';
import type { BenchmarkData } from './recording-set.js';

/** The parts of a run that take long. */
export type RunPart = 'pretraining' | 'dec' | 'vade';

/** The trainings of a run. */
export type NetworkTraining = 'conv-sdae' | 'dec' | `vade-${VadeLoss}`;

export interface RunHooks {
  /** Where each training has its own. */
  readonly checkpoint: (training: NetworkTraining) => CheckpointPort;
  readonly onStep: (part: RunPart, progress: TrainingProgress) => void | Promise<void>;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** What all trainings have. */
type CommonOptions = Required<
  Pick<TrainingOptions, 'seed' | 'signal' | 'checkpoint' | 'checkpointEverySteps' | 'onProgress'>
>;

/** Something that was trained, and what it took; null when it went on from a checkpoint. */
interface Trained<M> {
  readonly model: M;
  readonly secs: number | null;
}

export interface TimedFit extends BenchmarkFit {
  /** With all trainings that it needs, also those that other methods share. */
  readonly secs: number | null;
}

/**
 * One run of the methods, with one seed. What several of them need is trained once: the Conv-SDAE for all networks, DEC
 * for its own groups and for k-means on its latents.
 */
export class RunMethods {
  readonly #data: BenchmarkData;
  readonly #settings: BenchmarkSettings;
  readonly #seed: number;
  readonly #hooks: RunHooks;
  // Promises, so that a training that failed is not tried again.
  #sdae: Promise<Trained<ConvSdae>> | null = null;
  #dec: Promise<Trained<Dec>> | null = null;

  constructor(data: BenchmarkData, settings: BenchmarkSettings, seed: number, hooks: RunHooks) {
    this.#data = data;
    this.#settings = settings;
    this.#seed = seed;
    this.#hooks = hooks;
  }

  /**
   * Groups the recordings. The same seed gives the same groups, whatever other methods the run has.
   * @throws PlantsenseError as the trainings and estimators: MODEL_COLLAPSED, MODEL_DIVERGED, MIXTURE_ILL_DEFINED,
   *   TRAINING_DATA_INSUFFICIENT, PARAMETER_INVALID, MATRIX_INVALID; the reason of the signal
   */
  async fit(method: BenchmarkMethod): Promise<TimedFit> {
    if (isBaseline(method)) return this.#timed([], () => this.#baseline(method));
    switch (method) {
      case 'conv-sdae+kmeans': {
        const sdae = await this.#pretrained();
        return this.#timed([sdae.secs], async () => this.#onLatents(sdae.model));
      }
      case 'dec+kmeans': {
        const [sdae, dec] = [await this.#pretrained(), await this.#trainedDec()];
        return this.#timed([sdae.secs, dec.secs], async () => this.#onLatents(dec.model));
      }
      case 'dec': {
        const [sdae, dec] = [await this.#pretrained(), await this.#trainedDec()];
        return this.#timed([sdae.secs, dec.secs], () => this.#assign(dec.model));
      }
      case 'vade-seed':
      case 'vade-elbo': {
        const sdae = await this.#pretrained();
        const vade = await this.#trainVade(sdae.model, method === 'vade-seed' ? 'seed' : 'elbo');
        try {
          return await this.#timed([sdae.secs, vade.secs], () => this.#assign(vade.model));
        } finally {
          vade.model.dispose();
        }
      }
    }
  }

  /** Frees the networks. */
  async dispose(): Promise<void> {
    for (const trained of [this.#sdae, this.#dec]) {
      const done = await trained?.catch(() => null);
      done?.model.dispose();
    }
  }

  async #timed(before: readonly (number | null)[], group: () => BenchmarkFit | Promise<BenchmarkFit>) {
    const startMs = this.#hooks.nowMs();
    const fit = await group();
    const own = (this.#hooks.nowMs() - startMs) / 1000;
    const known = before.filter(secs => secs !== null);
    const secs = known.length < before.length ? null : known.reduce((a, b) => a + b, own);
    return { ...fit, secs };
  }

  async #baseline(method: BaselineMethod): Promise<BenchmarkFit> {
    const { space: name, estimator } = BASELINES[method];
    // Made for each method anew: it takes a second, and spectrograms take memory.
    const space = await baselineSpace(name, this.#data);
    const labels = estimator === 'kmeans' ? this.#kMeans(space) : this.#mixture(space);
    return { space, labels, isPrincipal: name === 'pca' };
  }

  #kMeans(x: Matrix): Int32Array {
    return new KMeans({ nClusters: this.#settings.k, randomState: this.#seed }).fit(x).labels;
  }

  /** Diagonal: recordings are fewer than a full covariance has numbers. */
  #mixture(x: Matrix): Int32Array {
    const params = {
      nComponents: this.#settings.k,
      covarianceType: 'diag',
      randomState: this.#seed,
    } as const;
    return new GaussianMixture(params).fit(x).labels;
  }

  async #onLatents(model: ConvSdae | Dec): Promise<BenchmarkFit> {
    const space = await model.encode(this.#data.spectrograms);
    return { space, labels: this.#kMeans(space) };
  }

  async #assign(model: Dec | Vade): Promise<BenchmarkFit> {
    const { latents, labels } = await model.assign(this.#data.spectrograms);
    return { space: latents, labels };
  }

  #pretrained(): Promise<Trained<ConvSdae>> {
    this.#sdae ??= this.#pretrain();
    return this.#sdae;
  }

  async #pretrain(): Promise<Trained<ConvSdae>> {
    const { spectrograms } = this.#data;
    const { latentDim, filters, pretrainEpochs, batchSize, learningRate } = this.#settings.network;
    const epochs = epochsOf(pretrainEpochs, spectrograms.rows, batchSize);
    return this.#trained('conv-sdae', 'pretraining', common =>
      trainConvSdae(spectrograms, { latentDim, filters, batchSize, learningRate, epochs, ...common }),
    );
  }

  #trainedDec(): Promise<Trained<Dec>> {
    this.#dec ??= this.#trainDec();
    return this.#dec;
  }

  async #trainDec(): Promise<Trained<Dec>> {
    const { model: sdae } = await this.#pretrained();
    const { spectrograms } = this.#data;
    const { k: groups, network } = this.#settings;
    const maxSteps = decSteps(network.epochs, spectrograms.rows);
    return this.#trained('dec', 'dec', common =>
      trainDec(spectrograms, sdae, {
        ...{ groups, kMeans: latentKMeans, batchSize: DEC_BATCH, maxSteps, ...common },
      }),
    );
  }

  async #trainVade(sdae: ConvSdae, loss: VadeLoss): Promise<Trained<Vade>> {
    const { spectrograms } = this.#data;
    const { k: groups, network } = this.#settings;
    const { batchSize, learningRate } = network;
    const epochs = epochsOf(network.epochs, spectrograms.rows, batchSize);
    return this.#trained(`vade-${loss}`, 'vade', common =>
      trainVade(spectrograms, sdae, {
        ...{ groups, kMeans: latentKMeans, loss, batchSize, learningRate, epochs, ...common },
      }),
    );
  }

  /** Trains, or goes on with a training that was stopped. */
  async #trained<M>(
    training: NetworkTraining,
    part: RunPart,
    train: (common: CommonOptions) => Promise<{ readonly model: M }>,
  ): Promise<Trained<M>> {
    const { checkpoint: checkpointOf, onStep, signal, nowMs } = this.#hooks;
    const checkpoint = checkpointOf(training);
    const resumes = (await checkpoint.load()) !== null;
    const startMs = nowMs();
    const { model } = await train({
      ...{ seed: this.#seed, signal, checkpoint, checkpointEverySteps: CHECKPOINT_STEPS },
      onProgress: progress => onStep(part, progress),
    });
    return { model, secs: resumes ? null : (nowMs() - startMs) / 1000 };
  }
}
