import { PlantsenseError } from '../../errors.js';
import * as tf from '../tf.js';
import { globalNorm } from './clip-gradients.js';
import type { Losses, Minibatch, Objective } from './objective.js';

/** Losses of one minibatch as numbers. */
export type LossValues = Readonly<Record<string, number>> & { readonly total: number };

/** What a step tells of itself. */
export type StepValues = {
  readonly losses: LossValues;
  /** Length of all gradients as one vector. */
  readonly norm: number;
};

export interface Gradients extends StepValues {
  /** In the order of the objective's variables. */
  readonly gradients: readonly tf.Tensor[];
}

/**
 * Losses and gradients of a minibatch. Call it inside a tidy.
 * @throws PlantsenseError MODEL_DIVERGED when the loss or a gradient is not a finite number
 */
export function lossAndGradients(objective: Objective, batch: Minibatch): Gradients {
  const kept: { names: string[]; values: tf.Tensor | null } = { names: [], values: null };
  const { grads } = tf.variableGrads(() => {
    const losses = objective.loss(batch);
    kept.names = Object.keys(losses);
    kept.values = tf.keep(tf.stack(Object.values(losses)));
    return losses.total;
  }, [...objective.variables]);
  // A variable that the loss does not depend on has no gradient.
  const gradients = objective.variables.map(variable => grads[variable.name] ?? tf.zerosLike(variable));
  const norm = globalNorm(gradients).dataSync()[0]!;
  const values = kept.values!.dataSync();
  kept.values!.dispose();
  const losses = named(kept.names, values);
  if (!Number.isFinite(losses.total) || !Number.isFinite(norm))
    throw new PlantsenseError(
      'MODEL_DIVERGED',
      `In epoch ${batch.epoch + 1}, step ${batch.step + 1}, the loss is ${losses.total} and the gradient's length ${norm}.`,
    );
  return { losses, norm, gradients };
}

/** Losses of a minibatch of held-out rows. */
export function lossValues(objective: Objective, batch: Minibatch): LossValues {
  const losses: Losses = objective.loss(batch);
  return named(Object.keys(losses), tf.stack(Object.values(losses)).dataSync());
}

function named(names: readonly string[], values: ArrayLike<number>): LossValues {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!])) as LossValues;
}

/** Means over rows, of means over minibatches. */
export class LossMeans {
  #rows = 0;
  readonly #sums: Record<string, number> = {};

  constructor(rows = 0, sums: Readonly<Record<string, number>> = {}) {
    this.#rows = rows;
    Object.assign(this.#sums, sums);
  }

  add(losses: LossValues, rows: number): void {
    this.#rows += rows;
    for (const [name, value] of Object.entries(losses))
      this.#sums[name] = (this.#sums[name] ?? 0) + value * rows;
  }

  get rows(): number {
    return this.#rows;
  }

  get sums(): Readonly<Record<string, number>> {
    return { ...this.#sums };
  }

  get means(): LossValues {
    const means = Object.entries(this.#sums).map(([name, sum]) => [name, sum / this.#rows]);
    return Object.fromEntries(means) as LossValues;
  }
}
