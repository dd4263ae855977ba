import { PlantsenseError } from '../../errors.js';
import type { CheckpointPort } from './checkpoint.js';
import type { EarlyStoppingOptions } from './early-stopping.js';
import type { LearningRateSchedule } from './learning-rate.js';
import type { TrainingProgress } from './progress.js';
import type { RowSource } from './row-source.js';

/** What every training takes. Defaults are the model's where none is named. */
export interface TrainingOptions {
  readonly epochs?: number;
  /** Rows of a step; at most all there are. */
  readonly batchSize?: number;
  readonly learningRate?: number;
  /** Default `{ type: 'constant' }`. */
  readonly schedule?: LearningRateSchedule;
  /** Longest gradient, all variables' together; null for any. */
  readonly clipNorm?: number | null;
  /** Same seed, same rows, same machine: same weights, bit for bit. Default 0. */
  readonly seed?: number;
  /** Rows that are not trained on, to judge by. */
  readonly heldOut?: RowSource | null;
  /** Takes a share of the rows for that, drawn by the seed. Default 0. */
  readonly heldOutShare?: number;
  /** Ends early, with the weights that were best on the held-out rows. Default null. */
  readonly earlyStopping?: EarlyStoppingOptions | null;
  /** Where a checkpoint is looked for, to go on from, and written to: after each epoch, when aborted, and at the end. */
  readonly checkpoint?: CheckpointPort | null;
  /** Writes a checkpoint each so many steps too. Default: none. */
  readonly checkpointEverySteps?: number | null;
  /** Called after each step and awaited. */
  readonly onProgress?: (progress: TrainingProgress) => void | Promise<void>;
  /** Ends the training, after a checkpoint, by throwing the signal's reason. */
  readonly signal?: AbortSignal;
  /** For the time that is left. Default `performance.now`. */
  readonly nowMs?: () => number;
}

/** Defaults that differ from model to model. */
export type TrainingDefaults = Required<
  Pick<TrainingOptions, 'epochs' | 'batchSize' | 'learningRate' | 'clipNorm'>
>;

export type TrainingSettings = Required<Omit<TrainingOptions, 'onProgress' | 'signal'>> &
  Pick<TrainingOptions, 'onProgress' | 'signal'>;

/** @throws PlantsenseError PARAMETER_INVALID */
export function trainingSettings(options: TrainingOptions, defaults: TrainingDefaults): TrainingSettings {
  const settings: TrainingSettings = {
    schedule: { type: 'constant' },
    seed: 0,
    heldOut: null,
    heldOutShare: 0,
    earlyStopping: null,
    checkpoint: null,
    checkpointEverySteps: null,
    nowMs: () => performance.now(),
    ...defaults,
    ...options,
  };
  checkWhole('epochs', settings.epochs);
  checkWhole('batchSize', settings.batchSize);
  checkWhole('checkpointEverySteps', settings.checkpointEverySteps ?? 1);
  checkWhole('patience', settings.earlyStopping?.patience ?? 1);
  const { clipNorm, heldOutShare, earlyStopping, heldOut } = settings;
  if (clipNorm !== null && !(clipNorm > 0))
    throw new PlantsenseError('PARAMETER_INVALID', `clipNorm must be above 0, not ${clipNorm}.`);
  if (!(heldOutShare >= 0 && heldOutShare < 1))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `heldOutShare must be from 0 to below 1, not ${heldOutShare}.`,
    );
  if (earlyStopping && !heldOut && heldOutShare === 0)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      'Early stopping needs held-out rows: set heldOutShare or heldOut.',
    );
  return settings;
}

/** @throws PlantsenseError PARAMETER_INVALID when `value` is not an integer from 1 */
export function checkWhole(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new PlantsenseError('PARAMETER_INVALID', `${name} must be an integer from 1, not ${value}.`);
}
