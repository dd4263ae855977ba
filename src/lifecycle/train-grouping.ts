import type { TrainedConvSdae } from '../nn/conv-sdae/train-conv-sdae.js';
import { trainDec } from '../nn/dec/train-dec.js';
import type { SplitRows } from '../nn/training/held-out-rows.js';
import { trainVade } from '../nn/vade/train-vade.js';
import { ConvSdaeGrouping } from './conv-sdae-grouping.js';
import { DecGrouping } from './dec-grouping.js';
import type { FitNoiseSettings } from './fit-noise-options.js';
import { fitLatentDensity } from './latent-density.js';
import type { LatentGrouping } from './latent-grouping.js';
import { latentKMeans } from './latent-k-means.js';
import { CHECKPOINT_STEPS, DEC_BATCH, decSteps, epochsOf, type NetworkSettings } from './network-options.js';
import type { NetworkProgress } from './network-progress.js';
import type { DeepKind } from './noise-kind.js';
import { VadeGrouping } from './vade-grouping.js';

export interface GroupingTraining {
  readonly kind: DeepKind;
  readonly rows: SplitRows;
  readonly pretrained: TrainedConvSdae;
  readonly k: number;
  readonly settings: FitNoiseSettings;
  readonly network: NetworkSettings;
  readonly progress: NetworkProgress;
}

export interface TrainedGrouping {
  readonly grouping: LatentGrouping;
  /** Losses, for the card. */
  readonly indices: Readonly<Record<string, number | null>>;
}

/**
 * Goes on from a Conv-SDAE to k groups.
 * @throws PlantsenseError as `fitDeepNoise`
 */
export async function trainGrouping(training: GroupingTraining): Promise<TrainedGrouping> {
  const { kind, rows, pretrained, k, settings, network, progress } = training;
  const { seed, regCovar, maxShare, checkpoint, signal } = settings;
  const source = rows.training;
  const { loss: pretrainingLoss, heldOutLoss: heldOutReconstruction } = pretrained.training;
  const common = {
    ...{ groups: k, kMeans: latentKMeans, seed, maxShare },
    checkpoint: checkpoint?.(kind) ?? null,
    checkpointEverySteps: CHECKPOINT_STEPS,
    onProgress: progress.fit.bind(progress),
    ...(signal && { signal }),
  };
  if (kind === 'vade') {
    const { loss, epochs, batchSize, learningRate } = network;
    const { model, training } = await trainVade(source, pretrained.model, {
      ...{ ...common, loss, batchSize, learningRate, heldOut: rows.heldOut },
      epochs: epochsOf(epochs, source.rows, batchSize),
    });
    const { loss: trainingLoss, heldOutLoss } = training;
    const indices = { pretrainingLoss, heldOutReconstruction, trainingLoss, heldOutLoss };
    return { grouping: new VadeGrouping(model), indices };
  }
  if (kind === 'dec') {
    const { model, training } = await trainDec(source, pretrained.model, {
      ...{ ...common, batchSize: DEC_BATCH, maxSteps: decSteps(network.epochs, source.rows) },
    });
    try {
      const density = fitLatentDensity(await model.encode(source), k, regCovar, seed);
      const { loss: trainingLoss, labelChanges } = training;
      const indices = { pretrainingLoss, heldOutReconstruction, trainingLoss, labelChanges };
      return { grouping: new DecGrouping(model, density), indices };
    } catch (error) {
      model.dispose();
      throw error;
    }
  }
  const density = fitLatentDensity(await pretrained.model.encode(source), k, regCovar, seed);
  const grouping = new ConvSdaeGrouping(pretrained.model, density);
  return { grouping, indices: { pretrainingLoss, heldOutReconstruction } };
}
