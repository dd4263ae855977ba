/** How far a training is, after a step. */
export interface TrainingProgress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps made, of all epochs, also those before a checkpoint. */
  readonly step: number;
  /** Steps at most. */
  readonly steps: number;
  /** Loss of the step, and its parts by name. */
  readonly loss: number;
  readonly parts: Readonly<Record<string, number>>;
  /** Of the last epoch's end; null before, and without held-out rows. */
  readonly heldOutLoss: number | null;
  readonly learningRate: number;
  /** Length of the step's gradient, before it was shortened. */
  readonly gradientNorm: number;
  /** Time left at the pace so far, if nothing ends it early. */
  readonly etaSecs: number;
}

/** What came of a training. */
export interface TrainingSummary {
  /** Epochs begun. */
  readonly epochs: number;
  readonly steps: number;
  /** Mean loss of the last epoch's rows, and its parts by name. */
  readonly loss: number;
  readonly parts: Readonly<Record<string, number>>;
  /** Loss of held-out rows with the weights that were kept; null without held-out rows. */
  readonly heldOutLoss: number | null;
  /** It ended before its last epoch. */
  readonly stoppedEarly: boolean;
}
