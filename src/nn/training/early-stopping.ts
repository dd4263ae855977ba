export interface EarlyStoppingOptions {
  /** Epochs without a better loss after which a training ends. */
  readonly patience: number;
  /** A loss is better when it is lower by this much at least. Default 0. */
  readonly minDelta?: number;
}

export interface EarlyStoppingState {
  readonly best: number | null;
  readonly waited: number;
}

/** Ends a training when the loss of held-out rows falls no more (Prechelt 1998). */
export class EarlyStopping {
  readonly #options: EarlyStoppingOptions;
  #state: EarlyStoppingState = { best: null, waited: 0 };

  constructor(options: EarlyStoppingOptions) {
    this.#options = options;
  }

  /** Takes the loss of an epoch, and says whether it is the best so far: those weights are to be kept. */
  observe(loss: number): boolean {
    const { best, waited } = this.#state;
    const isBest = best === null || loss < best - (this.#options.minDelta ?? 0);
    this.#state = isBest ? { best: loss, waited: 0 } : { best, waited: waited + 1 };
    return isBest;
  }

  get isOver(): boolean {
    return this.#state.waited >= this.#options.patience;
  }

  get state(): EarlyStoppingState {
    return this.#state;
  }

  restore(state: EarlyStoppingState): void {
    this.#state = state;
  }
}
