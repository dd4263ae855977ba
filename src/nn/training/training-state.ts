import type { TrainingPosition } from './checkpoint.js';
import type { EarlyStopping } from './early-stopping.js';
import type { LearningRate } from './learning-rate.js';
import { LossMeans, type LossValues } from './losses.js';
import type { TrainingSummary } from './progress.js';

/** How far a training is. */
export class TrainingState {
  epoch = 0;
  /** Next minibatch of the epoch. */
  batch = 0;
  step = 0;
  /** Of the epoch's rows so far. */
  means = new LossMeans();
  /** Of the last whole epoch. */
  last: LossValues | null = null;
  heldOutLoss: number | null = null;
  isFinished = false;
  stoppedEarly = false;
  readonly #learningRate: LearningRate;
  readonly #earlyStopping: EarlyStopping | null;

  constructor(learningRate: LearningRate, earlyStopping: EarlyStopping | null) {
    this.#learningRate = learningRate;
    this.#earlyStopping = earlyStopping;
  }

  /** For a checkpoint. */
  get position(): TrainingPosition {
    const { epoch, batch, step, means, last, heldOutLoss, isFinished, stoppedEarly } = this;
    return {
      ...{ epoch, batch, step, last, heldOutLoss, isFinished, stoppedEarly },
      rowsSeen: means.rows,
      sums: means.sums,
      learningRate: this.#learningRate.state,
      earlyStopping: this.#earlyStopping?.state ?? null,
    };
  }

  restore({ rowsSeen, sums, learningRate, earlyStopping, ...position }: TrainingPosition): void {
    Object.assign(this, position);
    this.means = new LossMeans(rowsSeen, sums);
    this.#learningRate.restore(learningRate);
    if (earlyStopping) this.#earlyStopping?.restore(earlyStopping);
  }

  get summary(): TrainingSummary {
    // What ends within its first epoch has no whole one.
    const { total, ...parts } = this.last ?? this.means.means;
    return {
      epochs: this.epoch + (this.batch > 0 ? 1 : 0),
      steps: this.step,
      loss: total ?? Number.NaN,
      parts,
      heldOutLoss: this.heldOutLoss,
      stoppedEarly: this.stoppedEarly,
    };
  }
}
