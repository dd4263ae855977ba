import { PlantsenseError } from '../../errors.js';

/** How the learning rate changes while a training runs. */
export type LearningRateSchedule =
  | { readonly type: 'constant' }
  /** Times `factor` after each `everyEpochs`. */
  | { readonly type: 'step'; readonly everyEpochs: number; readonly factor: number }
  /** Falls along half a cosine to `floor` (default 0) of the first rate at the last step (Loshchilov & Hutter 2017). */
  | { readonly type: 'cosine'; readonly floor?: number }
  /**
   * Times `factor` (default 0.1) when the loss, of held-out rows where there are any, has not fallen for `patience` epochs;
   * down to `floor` (default 0) of the first rate.
   */
  | {
      readonly type: 'plateau';
      readonly patience: number;
      readonly factor?: number;
      readonly floor?: number;
    };

/** What a schedule remembers: the plateau's best loss, epochs without a better one, and how often it has cut the rate. */
export interface LearningRateState {
  readonly best: number | null;
  readonly waited: number;
  readonly cuts: number;
}

/** The learning rate of each step. */
export class LearningRate {
  readonly #first: number;
  readonly #schedule: LearningRateSchedule;
  #state: LearningRateState = { best: null, waited: 0, cuts: 0 };

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(first: number, schedule: LearningRateSchedule) {
    if (!(first > 0 && first < Number.POSITIVE_INFINITY))
      throw new PlantsenseError('PARAMETER_INVALID', `The learning rate must be above 0, not ${first}.`);
    for (const [name, value] of Object.entries(schedule)) checkNumber(name, value);
    this.#first = first;
    this.#schedule = schedule;
  }

  /** @param step of `steps` in all, from 0 */
  at(epoch: number, step: number, steps: number): number {
    const schedule = this.#schedule;
    switch (schedule.type) {
      case 'constant':
        return this.#first;
      case 'step':
        return this.#first * schedule.factor ** Math.floor(epoch / schedule.everyEpochs);
      case 'cosine': {
        const { floor = 0 } = schedule;
        const left = (1 + Math.cos((Math.PI * step) / Math.max(1, steps - 1))) / 2;
        return this.#first * (floor + (1 - floor) * left);
      }
      case 'plateau': {
        const { factor = 0.1, floor = 0 } = schedule;
        return this.#first * Math.max(floor, factor ** this.#state.cuts);
      }
    }
  }

  /** Takes the loss of an epoch. */
  observe(loss: number): void {
    if (this.#schedule.type !== 'plateau') return;
    const { best, waited, cuts } = this.#state;
    if (best === null || loss < best) this.#state = { best: loss, waited: 0, cuts };
    else if (waited + 1 < this.#schedule.patience) this.#state = { best, waited: waited + 1, cuts };
    else this.#state = { best, waited: 0, cuts: cuts + 1 };
  }

  get state(): LearningRateState {
    return this.#state;
  }

  restore(state: LearningRateState): void {
    this.#state = state;
  }
}

function checkNumber(name: string, value: unknown): void {
  const isCount = name === 'everyEpochs' || name === 'patience';
  const isFine = isCount ? Number.isInteger(value) && Number(value) >= 1 : Number(value) >= 0;
  if (name === 'type' || (isFine && Number(value) < Number.POSITIVE_INFINITY)) return;
  const wanted = isCount ? 'an integer from 1' : 'a number from 0';
  throw new PlantsenseError('PARAMETER_INVALID', `${name} of the schedule must be ${wanted}, not ${value}.`);
}
