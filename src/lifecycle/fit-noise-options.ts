import { checkInteger } from '../cluster/parameters.js';
import { PlantsenseError } from '../errors.js';
import type { CheckpointPort } from '../nn/training/checkpoint.js';
import type { NetworkOptions } from './network-options.js';
import type { NoiseKind } from './noise-kind.js';
import type { OpenNoiseModel } from './open-noise-model.js';

export interface FitNoiseOptions {
  readonly kind: NoiseKind;
  /** Number of groups, or `auto`: see `chooseK`. Default `auto`. */
  readonly groups?: number | 'auto';
  /** Bounds for `auto`. Default 2 and 20. */
  readonly minGroups?: number;
  readonly maxGroups?: number;
  /** Fewer events are refused. Default 20. */
  readonly minEvents?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Share of held-out events that count as novel. Default 0.01. */
  readonly noveltyQuantile?: number;
  /** Least variance of a standardised feature inside a group: few events make it too small. Default 0.05. */
  readonly regCovar?: number;
  /** A larger group is a collapse. Default 0.95. */
  readonly maxShare?: number;
  /** Parts of the events for held-out likelihood and stability. Default 5. */
  readonly folds?: number;
  /** Rises with each model of the method: `nextSequence`. */
  readonly sequence: number;
  /** The model whose group ids go on. */
  readonly parent?: OpenNoiseModel | null;
  /** Least Jaccard similarity for a group id to go over from the parent. Default 0.2. */
  readonly minGroupOverlap?: number;
  /** Of the kinds that train one. */
  readonly network?: NetworkOptions;
  /** Where the trainings of a network keep checkpoints, by the training's name. Default: nowhere. */
  readonly checkpoint?: (name: string) => CheckpointPort;
  /** Called between steps and awaited, so that it may let others run. */
  readonly onProgress?: (progress: FitProgress) => void | Promise<void>;
  /** Ends the training of a network, after a checkpoint, by throwing the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface FitProgress {
  readonly phase: 'pretraining' | 'groups' | 'fit' | 'validation' | 'indices';
  /** Steps done and steps in all, over all phases. */
  readonly done: number;
  readonly total: number;
  /** Of a network that is being trained. */
  readonly training?: {
    readonly epoch: number;
    readonly epochs: number;
    readonly loss: number;
    /** Time left for the whole fit, as far as it can be told. */
    readonly etaSecs: number;
  };
}

const DEFAULTS = {
  groups: 'auto',
  minGroups: 2,
  maxGroups: 20,
  minEvents: 20,
  seed: 0,
  noveltyQuantile: 0.01,
  regCovar: 0.05,
  maxShare: 0.95,
  folds: 5,
  minGroupOverlap: 0.2,
} as const;

/** Options with every default filled in. */
export type FitNoiseSettings = FitNoiseOptions & Required<Pick<FitNoiseOptions, keyof typeof DEFAULTS>>;

/** @throws PlantsenseError PARAMETER_INVALID */
export function fitNoiseSettings(options: FitNoiseOptions): FitNoiseSettings {
  const settings: FitNoiseSettings = { ...DEFAULTS, ...options };
  const { groups, minGroups, maxGroups, folds, noveltyQuantile, maxShare, minGroupOverlap } = settings;
  checkInteger('folds', folds, 2);
  if (groups !== 'auto' && !(Number.isInteger(groups) && groups >= 1))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `groups must be auto or an integer from 1, not ${groups}.`,
    );
  if (groups === 'auto' && minGroups > maxGroups)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The fewest groups, ${minGroups}, are more than the most, ${maxGroups}.`,
    );
  for (const [name, value] of Object.entries({ noveltyQuantile, maxShare, minGroupOverlap })) {
    if (!(value >= 0 && value <= 1))
      throw new PlantsenseError('PARAMETER_INVALID', `${name} must be a share from 0 to 1, not ${value}.`);
  }
  return settings;
}

/**
 * Refuses a fit to too few events.
 * @param share of the events that are fitted to, the others being held out
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT
 */
export function checkEnough(
  events: number,
  { minEvents, groups, minGroups }: FitNoiseSettings,
  share = 1,
): void {
  // Two events a group at least, five where their number is to be found.
  const needed = Math.max(minEvents, Math.ceil((groups === 'auto' ? 5 * minGroups : 2 * groups) / share));
  if (events < needed)
    throw new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `There are ${events} events to train on, ${needed} are needed.`,
    );
}

/** Tells of each step of a fit as it begins. */
export class FitSteps {
  readonly #total: number;
  readonly #onProgress: FitNoiseOptions['onProgress'];
  #done = 0;

  constructor(total: number, onProgress: FitNoiseOptions['onProgress']) {
    this.#total = total;
    this.#onProgress = onProgress;
  }

  async begin(phase: FitProgress['phase']): Promise<void> {
    await this.#onProgress?.({ phase, done: this.#done, total: this.#total });
    this.#done++;
  }
}
