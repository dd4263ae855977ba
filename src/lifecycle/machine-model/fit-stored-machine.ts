import { NpySource } from '../../nn/training/npy-source.js';
import { type RowSource, selectRows } from '../../nn/training/row-source.js';
import { type FitMachineOptions, type FittedMachine, fitMachine } from './fit-machine.js';
import { type JudgedModel, type Judgement, judgeChallenger, type PromotionRule } from './judge-challenger.js';
import type { MachineModel } from './machine-model.js';
import type { MachineTrainingSet } from './machine-training-set.js';
import { byRecording } from './residuals-by-recording.js';
import { rowsOf } from './segment-set.js';

export interface FitStoredMachineOptions extends Omit<FitMachineOptions, 'data' | 'parts'> {
  /** Holds the model against its parent on the judged part of the set; null, the default, for none. */
  readonly promote?: PromotionRule | null;
}

export interface FittedStoredMachine extends FittedMachine {
  /** null where nothing was to be judged. */
  readonly judgement: Judgement | null;
}

/**
 * Trains a machine's network on segments of a topic, and judges it.
 * @throws PlantsenseError as {@link fitMachine}; FILE_NOT_FOUND, NPY_INVALID when the segments can't be read
 */
export async function fitStoredMachine(
  set: MachineTrainingSet,
  options: FitStoredMachineOptions,
): Promise<FittedStoredMachine> {
  const { promote = null, ...fit } = options;
  const source = await NpySource.open(set.tensors.path);
  try {
    const fitted = await fitMachine(set, source, { ...fit, parts: set.parts, data: set.data });
    const parent = fit.parent?.model;
    if (!promote || !parent || set.parts.judged.length === 0) return { ...fitted, judgement: null };
    try {
      const challenger = await judged(fitted.model, set, source);
      const champion = await judged(parent, set, source);
      return { ...fitted, judgement: judgeChallenger(challenger, champion, promote) };
    } catch (error) {
      fitted.model.dispose();
      throw error;
    }
  } finally {
    await source.close();
  }
}

async function judged(
  model: MachineModel,
  { parts }: MachineTrainingSet,
  source: RowSource,
): Promise<JudgedModel> {
  const { residuals } = await model.score(selectRows(source, rowsOf(parts.judged)));
  return {
    version: model.version,
    details: model.details,
    residuals: byRecording(residuals, parts.judged),
  };
}
