import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { PlantsenseError } from '../../errors.js';
import * as tf from '../tf.js';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
import { clipByGlobalNorm } from './clip-gradients.js';
import { EarlyStopping } from './early-stopping.js';
import { heldOutLoss } from './held-out-loss.js';
import type { SplitRows } from './held-out-rows.js';
import { LearningRate } from './learning-rate.js';
import { LossMeans, lossAndGradients, type StepValues } from './losses.js';
import { MinibatchReader, type ReadRows } from './minibatch-reader.js';
import type { Objective } from './objective.js';
import type { MakeOptimizer, Optimizer } from './optimizer.js';
import type { TrainingSummary } from './progress.js';
import { useNativeReluGradient } from './relu-gradient.js';
import type { TrainingSettings } from './training-options.js';
import { TrainingState } from './training-state.js';
import { readVariables, writeVariables } from './variables.js';

/**
 * Makes an objective small by gradient descent on minibatches. Between steps it lets others run.
 *
 * @throws PlantsenseError MODEL_DIVERGED, TRAINING_CHECKPOINT_INVALID, PARAMETER_INVALID; TRAINING_UNSUPPORTED on
 *   WebAssembly, which can't train convolutions; the signal's reason when it is aborted
 */
export async function train(
  objective: Objective,
  rows: SplitRows,
  makeOptimizer: MakeOptimizer,
  settings: TrainingSettings,
): Promise<TrainingSummary> {
  if (tf.getBackend() === 'wasm')
    throw new PlantsenseError(
      'TRAINING_UNSUPPORTED',
      'The WebAssembly backend can answer with a network but not train one: it lacks gradients of convolutions.',
    );
  useNativeReluGradient();
  const optimizer = makeOptimizer(objective.variables);
  try {
    return await new Training(objective, rows, optimizer, settings).run();
  } finally {
    optimizer.dispose();
  }
}

class Training {
  readonly #objective: Objective;
  readonly #rows: SplitRows;
  readonly #optimizer: Optimizer;
  readonly #settings: TrainingSettings;
  readonly #batchSize: number;
  readonly #reader: MinibatchReader;
  readonly #learningRate: LearningRate;
  readonly #earlyStopping: EarlyStopping | null;
  readonly #state: TrainingState;
  /** Weights with the lowest held-out loss. */
  #best: readonly Float32Array[] | null = null;

  constructor(objective: Objective, rows: SplitRows, optimizer: Optimizer, settings: TrainingSettings) {
    this.#objective = objective;
    this.#rows = rows;
    this.#optimizer = optimizer;
    this.#settings = settings;
    this.#batchSize = Math.min(settings.batchSize, rows.training.rows);
    this.#reader = new MinibatchReader(rows.training, this.#batchSize, settings.seed);
    this.#learningRate = new LearningRate(settings.learningRate, settings.schedule);
    this.#earlyStopping = settings.earlyStopping && new EarlyStopping(settings.earlyStopping);
    this.#state = new TrainingState(this.#learningRate, this.#earlyStopping);
  }

  /** Steps at most. */
  get #steps(): number {
    return this.#settings.epochs * this.#reader.count;
  }

  async run(): Promise<TrainingSummary> {
    const { nowMs } = this.#settings;
    await this.#restore();
    const begin = { ms: nowMs(), step: this.#state.step };
    try {
      while (!this.#state.isFinished) await this.#advance(begin);
    } finally {
      await this.#reader.close();
    }
    if (this.#best) {
      writeVariables(this.#objective.variables, this.#best);
      this.#state.heldOutLoss = this.#earlyStopping!.state.best;
      this.#best = null;
    }
    await this.#save();
    return this.#state.summary;
  }

  /** One step, and what follows from it. */
  async #advance(begin: { readonly ms: number; readonly step: number }): Promise<void> {
    const { signal, epochs, nowMs, onProgress, checkpointEverySteps: every } = this.#settings;
    const state = this.#state;
    if (signal?.aborted) {
      await this.#save();
      signal.throwIfAborted();
    }
    if ((await this.#objective.beforeStep?.(state.epoch, state.step)) === false) {
      state.stoppedEarly = true;
      state.isFinished = true;
      return;
    }
    const learningRate = this.#learningRate.at(state.epoch, state.step, this.#steps);
    const { losses, norm } = this.#makeStep(await this.#reader.read(state.epoch, state.batch), learningRate);
    const epoch = state.epoch + 1;
    state.batch++;
    state.step++;
    const isEpochOver = state.batch === this.#reader.count;
    if (isEpochOver) await this.#endEpoch();
    const { total, ...parts } = losses;
    await onProgress?.({
      ...{ epoch, epochs, step: state.step, steps: this.#steps },
      ...{ loss: total, parts, heldOutLoss: state.heldOutLoss, learningRate },
      gradientNorm: norm,
      etaSecs: ((nowMs() - begin.ms) / 1000 / (state.step - begin.step)) * (this.#steps - state.step),
    });
    const isDue = isEpochOver || (every !== null && state.step % every === 0);
    if (isDue && !state.isFinished) await this.#save();
    await yieldToOthers();
  }

  #makeStep({ indices, values }: ReadRows, learningRate: number): StepValues {
    const { epoch, step, means } = this.#state;
    const { clipNorm } = this.#settings;
    const made = tf.tidy(() => {
      const x = tf.tensor(values, [indices.length, ...this.#rows.training.shape]);
      const batch = { x, indices, epoch, step, isTraining: true };
      const { losses, norm, gradients } = lossAndGradients(this.#objective, batch);
      const clipped = clipNorm === null ? gradients : clipByGlobalNorm(gradients, norm, clipNorm);
      this.#optimizer.applyGradients(clipped, learningRate);
      return { losses, norm };
    });
    means.add(made.losses, indices.length);
    return made;
  }

  async #endEpoch(): Promise<void> {
    const state = this.#state;
    const { heldOut } = this.#rows;
    state.last = state.means.means;
    if (heldOut) state.heldOutLoss = await heldOutLoss(this.#objective, heldOut, this.#batchSize, state);
    if (state.heldOutLoss !== null && this.#earlyStopping?.observe(state.heldOutLoss))
      this.#best = readVariables(this.#objective.variables);
    this.#learningRate.observe(state.heldOutLoss ?? state.last.total);
    state.epoch++;
    state.batch = 0;
    state.means = new LossMeans();
    const isOver = this.#earlyStopping?.isOver === true;
    state.stoppedEarly = isOver && state.epoch < this.#settings.epochs;
    state.isFinished = isOver || state.epoch === this.#settings.epochs;
  }

  async #save(): Promise<void> {
    const { checkpoint } = this.#settings;
    if (!checkpoint) return;
    const content = {
      position: this.#state.position,
      variables: readVariables(this.#objective.variables),
      slots: readVariables(this.#optimizer.slots),
      best: this.#best,
      objective: this.#objective.state?.() ?? new Map(),
    };
    await checkpoint.save(encodeCheckpoint(content, this.#fingerprint));
  }

  async #restore(): Promise<void> {
    const bytes = await this.#settings.checkpoint?.load();
    if (!bytes) return;
    const { position, variables, slots, best, objective } = decodeCheckpoint(bytes, this.#fingerprint);
    writeVariables(this.#objective.variables, variables);
    writeVariables(this.#optimizer.slots, slots);
    this.#optimizer.steps = position.step;
    this.#objective.restore?.(objective);
    this.#state.restore(position);
    this.#best = best;
  }

  /** What the weights depend on: a checkpoint of anything else is refused. */
  get #fingerprint(): unknown {
    const { epochs, seed, learningRate, schedule, clipNorm, earlyStopping } = this.#settings;
    const { training, heldOut } = this.#rows;
    return {
      ...{ epochs, seed, learningRate, schedule, clipNorm, earlyStopping },
      batchSize: this.#batchSize,
      rows: training.rows,
      shape: training.shape,
      heldOutRows: heldOut?.rows ?? 0,
      variables: this.#objective.variables.map(variable => variable.shape),
      objective: this.#objective.fingerprint,
    };
  }
}
