import { PlantsenseError } from '../errors.js';
import type { VadeLoss } from '../nn/vade/vade.js';
import type { DeepKind } from './noise-kind.js';

/** How the network of a noise model is made and trained. */
export interface NetworkOptions {
  /** Numbers that a spectrogram becomes. Default 10. */
  readonly latentDim?: number;
  /** Filters of the encoder's convolutions. Default 16, 32, 64. */
  readonly filters?: readonly number[];
  /** Of VaDE. Default `elbo`: the `seed` loss contracts the latents to few groups. */
  readonly loss?: VadeLoss;
  /** Epochs of the Conv-SDAE. Default `auto`, see {@link epochsOf}. */
  readonly pretrainEpochs?: number | 'auto';
  /** Epochs of VaDE or DEC after that; DEC may end earlier. Default `auto`. */
  readonly epochs?: number | 'auto';
  /** Rows of a step. Default 32; DEC's own training always takes 256. */
  readonly batchSize?: number;
  /** Adam's, for Conv-SDAE and VaDE. Default 0.001. */
  readonly learningRate?: number;
  /** Share of the events that nothing is fitted to: what is novel is told by them. Default 0.2. */
  readonly heldOutShare?: number;
}

export type NetworkSettings = Required<NetworkOptions>;

const DEFAULTS: NetworkSettings = {
  latentDim: 10,
  filters: [16, 32, 64],
  loss: 'elbo',
  pretrainEpochs: 'auto',
  epochs: 'auto',
  batchSize: 32,
  learningRate: 1e-3,
  heldOutShare: 0.2,
};

/** @throws PlantsenseError PARAMETER_INVALID; the trainings check the rest */
export function networkSettings(options: NetworkOptions = {}): NetworkSettings {
  const settings = { ...DEFAULTS, ...options };
  const { heldOutShare } = settings;
  if (!(heldOutShare > 0 && heldOutShare < 1))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `heldOutShare must lie between 0 and 1, not be ${heldOutShare}.`,
    );
  return settings;
}

/** Steps that `auto` aims at: by then the losses of a few hundred to some thousand spectrograms hardly fall any more. */
const STEPS = 1000;
/** DEC's steps take eight times as many rows; so many are four of its target distributions. */
const DEC_STEPS = 560;
const FEWEST_EPOCHS = 10;
const MOST_EPOCHS = 100;
export const DEC_BATCH = 256;
/** Steps between checkpoints at most: an epoch of a large window takes minutes. */
export const CHECKPOINT_STEPS = 100;

/**
 * Epochs of a training. `auto` is as many as make 1,000 steps, 10 at least and 100 at most: few events have to be seen
 * more often.
 */
export function epochsOf(epochs: number | 'auto', rows: number, batchSize: number): number {
  if (epochs !== 'auto') return epochs;
  const steps = Math.ceil(rows / Math.min(batchSize, rows));
  return Math.min(MOST_EPOCHS, Math.max(FEWEST_EPOCHS, Math.ceil(STEPS / steps)));
}

/** Steps of DEC at most: it ends when groups hardly change. */
export function decSteps(epochs: number | 'auto', rows: number): number {
  return epochs === 'auto' ? DEC_STEPS : epochs * Math.ceil(rows / Math.min(DEC_BATCH, rows));
}

/** What the training after the Conv-SDAE's costs, in steps of the Conv-SDAE. */
export function stepsAfterPretraining(kind: DeepKind, settings: NetworkSettings, rows: number): number {
  const { epochs, batchSize } = settings;
  if (kind === 'conv-sdae+gmm') return 0;
  const ownBatch = Math.min(batchSize, rows);
  // Without a decoder a row costs half as much.
  if (kind === 'dec') return (decSteps(epochs, rows) * Math.min(DEC_BATCH, rows)) / ownBatch / 2;
  return epochsOf(epochs, rows, batchSize) * Math.ceil(rows / ownBatch);
}
