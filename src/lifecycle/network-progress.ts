import type { TrainingProgress } from '../nn/training/progress.js';
import type { FitNoiseSettings, FitProgress } from './fit-noise-options.js';

/** Where each phase begins, in thousandths of the whole. */
const BEGINS: Readonly<Record<FitProgress['phase'], number>> = {
  pretraining: 0,
  groups: 450,
  fit: 500,
  validation: 950,
  indices: 980,
};
const TOTAL = 1000;

/** Tells of a fit that trains a network, step by step. */
export class NetworkProgress {
  readonly #onProgress: FitNoiseSettings['onProgress'];
  readonly #stepsAfter: number;

  /** @param stepsAfter what comes after the pretraining, in steps of it */
  constructor({ onProgress }: FitNoiseSettings, stepsAfter: number) {
    this.#onProgress = onProgress;
    this.#stepsAfter = stepsAfter;
  }

  async begin(phase: FitProgress['phase']): Promise<void> {
    await this.#onProgress?.({ phase, done: BEGINS[phase], total: TOTAL });
  }

  async pretraining(step: TrainingProgress): Promise<void> {
    const left = step.steps - step.step;
    // The last step leaves no time, and so no pace to tell by.
    const stepSecs = left > 0 ? step.etaSecs / left : 0;
    await this.#step('pretraining', step, BEGINS.groups, step.etaSecs + stepSecs * this.#stepsAfter);
  }

  async fit(step: TrainingProgress): Promise<void> {
    await this.#step('fit', step, BEGINS.validation, step.etaSecs);
  }

  async #step(
    phase: FitProgress['phase'],
    { epoch, epochs, step, steps, loss }: TrainingProgress,
    end: number,
    etaSecs: number,
  ): Promise<void> {
    const begin = BEGINS[phase];
    const done = Math.round(begin + ((end - begin) * step) / steps);
    await this.#onProgress?.({ phase, done, total: TOTAL, training: { epoch, epochs, loss, etaSecs } });
  }
}
