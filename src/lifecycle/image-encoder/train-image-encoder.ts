import { encoderFiles } from '../../nn/conv-sdae/encoder-files.js';
import { trainConvSdae } from '../../nn/conv-sdae/train-conv-sdae.js';
import type { CheckpointPort } from '../../nn/training/checkpoint.js';
import type { TrainingProgress } from '../../nn/training/progress.js';
import { type Artefact, sealArtefact } from '../artefact.js';
import { CHECKPOINT_STEPS, epochsOf } from '../network-options.js';
import { type PictureRows, pictureSource } from './picture-rows.js';

/** What an encoder's card says it is for. */
export const ENCODER_METHOD = 'image-encoder';
export const ENCODER_KIND = 'conv-sdae';

/** How an encoder of pictures is made and trained. */
export interface TrainImageEncoderOptions {
  /** Numbers that a picture becomes. Default 32. */
  readonly latentDim?: number;
  /** Filters of the convolutions. Default 16, 32, 64. */
  readonly filters?: readonly number[];
  /** Default `auto`: as many as make 1,000 steps, 10 to 100 epochs. */
  readonly epochs?: number | 'auto';
  /** Pictures of a step. Default 32. */
  readonly batchSize?: number;
  /** Adam's step size. Default 0.001. */
  readonly learningRate?: number;
  /** Default 1. */
  readonly seed?: number;
  readonly checkpoint?: CheckpointPort;
  /** Called after each step and awaited. */
  readonly onProgress?: (progress: TrainingProgress) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** Of more pictures than these some are held out, to say how well it draws what it has not seen. */
const MANY = 20;
const HELD_OUT_SHARE = 0.1;

/**
 * Trains a Conv-SDAE on a plant's own pictures. Needs an open tensor backend. The card's indices say which share of the
 * pictures' variance it can't draw again from the latents: `loss`, and `heldOutLoss` of a tenth that it was not trained on.
 *
 * @throws PlantsenseError as {@link trainConvSdae}
 */
export async function trainImageEncoder(
  pictures: PictureRows,
  options: TrainImageEncoderOptions = {},
): Promise<Artefact> {
  const { latentDim = 32, filters = [16, 32, 64], batchSize = 32, learningRate = 1e-3, seed = 1 } = options;
  const { checkpoint, onProgress, signal } = options;
  const source = pictureSource(pictures);
  const heldOutShare = source.rows >= MANY ? HELD_OUT_SHARE : 0;
  const epochs = epochsOf(options.epochs ?? 'auto', source.rows, batchSize);
  const { model, training } = await trainConvSdae(source, {
    ...{ latentDim, filters, epochs, batchSize, learningRate, seed, heldOutShare },
    ...(checkpoint && { checkpoint, checkpointEverySteps: CHECKPOINT_STEPS }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  try {
    const { sizePx } = pictures;
    return sealArtefact(
      {
        ...{ method: ENCODER_METHOD, kind: ENCODER_KIND, sequence: 1, parent: null, seed },
        data: { rows: source.rows, fromUs: 0, toUs: 0, seen: [] },
        parameters: { sizePx, latentDim, filters: filters.join(','), epochs, batchSize, learningRate },
        indices: { loss: training.loss, heldOutLoss: training.heldOutLoss },
        details: { sizePx, latentDim },
      },
      new Map(),
      // The decoder has done its part.
      await encoderFiles(model.encoder),
    );
  } finally {
    model.dispose();
  }
}
