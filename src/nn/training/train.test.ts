import { beforeAll, describe, expect, it } from 'vitest';
import { PlantsenseError } from '../../errors.js';
import { openBackend } from '../backend/open-backend.js';
import { MemoryCheckpoint } from '../testing/memory-checkpoint.js';
import * as tf from '../tf.js';
import { Adam } from './adam.js';
import { Momentum } from './momentum.js';
import type { Objective } from './objective.js';
import type { TrainingProgress } from './progress.js';
import { memorySource, type RowSource } from './row-source.js';
import { train } from './train.js';
import { type TrainingOptions, trainingSettings } from './training-options.js';
import { readVariables } from './variables.js';

beforeAll(() => openBackend(), 180_000);

const DEFAULTS = { epochs: 4, batchSize: 4, learningRate: 0.05, clipNorm: null };

/** Rows (a, b, 3a - 2b + 1): a line is to be found. */
const rows = memorySource(
  Float32Array.from({ length: 60 }, (_, i) => {
    const [a, b] = [Math.sin(i - (i % 3)), Math.cos(2 * (i - (i % 3)))];
    return [a, b, 3 * a - 2 * b + 1][i % 3]!;
  }),
  [3],
);

function line(rate = 1): Objective & { readonly variables: tf.Variable[] } {
  const weights = tf.tidy(() => tf.variable(tf.zeros([2, 1])));
  const bias = tf.tidy(() => tf.variable(tf.scalar(0)));
  return {
    variables: [weights, bias],
    fingerprint: 'line',
    loss({ x }) {
      const [inputs, wanted] = tf.split(x as tf.Tensor2D, [2, 1], 1);
      const error = tf.sub(tf.add(tf.matMul(inputs!, weights), bias), wanted!);
      const square = tf.mean(tf.square(error)) as tf.Scalar;
      return { total: tf.mul(square, rate), size: tf.mean(tf.abs(error)) };
    },
  };
}

async function trained(options: TrainingOptions, source: RowSource = rows, objective = line()) {
  const settings = trainingSettings(options, DEFAULTS);
  const split = { training: source, heldOut: settings.heldOut };
  const summary = await train(objective, split, variables => new Adam(variables), settings);
  const weights = readVariables(objective.variables);
  tf.dispose(objective.variables);
  return { summary, weights };
}

/** Aborts a training at a step, then goes on from its checkpoint. */
async function interrupted(options: TrainingOptions, atStep: number) {
  const checkpoint = new MemoryCheckpoint();
  const stop = new AbortController();
  const killed = trained({
    ...options,
    checkpoint,
    signal: stop.signal,
    onProgress: ({ step }) => {
      if (step === atStep) stop.abort(new Error('killed'));
    },
  });
  await expect(killed).rejects.toThrow('killed');
  return { checkpoint, ...(await trained({ ...options, checkpoint })) };
}

describe('train', () => {
  it('finds what makes the loss small', async () => {
    const { summary, weights } = await trained({ epochs: 300 });
    expect(summary).toMatchObject({ epochs: 300, steps: 1500, stoppedEarly: false, heldOutLoss: null });
    expect(summary.loss).toBeLessThan(1e-4);
    expect([...weights[0]!, ...weights[1]!].map(weight => Math.round(weight * 50) / 50)).toEqual([3, -2, 1]);
  });

  it('gives the same weights for the same seed, and others for another', async () => {
    const { weights } = await trained({ seed: 3 });
    expect((await trained({ seed: 3 })).weights).toEqual(weights);
    expect((await trained({ seed: 4 })).weights).not.toEqual(weights);
  });

  it.each([1, 5, 7, 12])(
    'ends with the same weights when it is killed at step %i and goes on',
    async atStep => {
      const options: TrainingOptions = {
        heldOut: rows,
        earlyStopping: { patience: 3 },
        schedule: { type: 'plateau', patience: 1, factor: 0.5 },
      };
      const whole = await trained(options);
      const resumed = await interrupted(options, atStep);
      expect(resumed.weights).toEqual(whole.weights);
      expect(resumed.summary).toEqual(whole.summary);
    },
  );

  it('makes the steps since the last checkpoint again when it ends without a word', async () => {
    const whole = await trained({ checkpointEverySteps: 3 });
    const checkpoint = new MemoryCheckpoint();
    const crashed = trained({
      checkpoint,
      checkpointEverySteps: 3,
      onProgress: ({ step }) => {
        if (step === 8) throw new Error('power cut');
      },
    });
    await expect(crashed).rejects.toThrow('power cut');
    const steps: number[] = [];
    const resumed = await trained({
      checkpoint,
      checkpointEverySteps: 3,
      onProgress: ({ step }) => void steps.push(step),
    });
    expect(steps[0]).toBe(7);
    expect(resumed).toEqual(whole);
  });

  it('gives what it had when it had ended already', async () => {
    const checkpoint = new MemoryCheckpoint();
    const first = await trained({ checkpoint });
    const steps: number[] = [];
    const again = await trained({ checkpoint, onProgress: ({ step }) => void steps.push(step) });
    expect(again).toEqual(first);
    expect(steps).toEqual([]);
  });

  it('writes checkpoints between epochs too when asked', async () => {
    const checkpoint = new MemoryCheckpoint();
    // 5 steps an epoch: at 2, 4, 5 (its end), 6, 8, 10 (its end and the training's).
    await trained({ checkpoint, epochs: 2, checkpointEverySteps: 2 });
    expect(checkpoint.saves).toBe(6);
  });

  it('refuses the checkpoint of another training', async () => {
    const checkpoint = new MemoryCheckpoint();
    await trained({ checkpoint });
    await expect(trained({ checkpoint, seed: 9 })).rejects.toMatchObject({
      code: 'TRAINING_CHECKPOINT_INVALID',
    });
    checkpoint.bytes = checkpoint.bytes!.subarray(0, 100);
    await expect(trained({ checkpoint })).rejects.toMatchObject({ code: 'TRAINING_CHECKPOINT_INVALID' });
  });

  it('restores the weights that were best on held-out rows', async () => {
    const heldOut: number[] = [];
    const { summary } = await trained({
      heldOut: rows,
      epochs: 40,
      // So large that the loss goes up and down.
      learningRate: 1.5,
      earlyStopping: { patience: 4 },
      onProgress: ({ heldOutLoss }) => void heldOut.push(heldOutLoss ?? Number.POSITIVE_INFINITY),
    });
    expect(summary.stoppedEarly).toBe(true);
    expect(summary.epochs).toBeLessThan(40);
    expect(summary.heldOutLoss).toBe(Math.min(...heldOut));
    expect(summary.heldOutLoss).toBeLessThan(heldOut.at(-1)!);
  });

  it('tells of each step: loss, its parts, rate and the time that is left', async () => {
    const told: TrainingProgress[] = [];
    let nowMs = 0;
    await trained({
      epochs: 2,
      schedule: { type: 'step', everyEpochs: 1, factor: 0.1 },
      nowMs: () => nowMs,
      onProgress: progress => {
        told.push(progress);
        nowMs += 1000;
      },
    });
    expect(told.map(({ epoch, step, steps }) => [epoch, step, steps])).toEqual(
      Array.from({ length: 10 }, (_, i) => [1 + Math.floor(i / 5), i + 1, 10]),
    );
    expect(told[0]!.learningRate).toBeCloseTo(0.05);
    expect(told[9]!.learningRate).toBeCloseTo(0.005);
    expect(Object.keys(told[0]!.parts)).toEqual(['size']);
    // Four steps took 4 s: the six that are left after the fifth, told of before its own second, take 4/5 s each.
    expect(told[4]!.etaSecs).toBeCloseTo(4);
  });

  it('shortens long gradients only', async () => {
    const free = await trained({ epochs: 1, learningRate: 0.01 });
    const wide = await trained({ epochs: 1, learningRate: 0.01, clipNorm: 1e6 });
    expect(wide.weights).toEqual(free.weights);
    const settings = trainingSettings(
      { epochs: 1, learningRate: 1, clipNorm: 1e-3, batchSize: 20 },
      DEFAULTS,
    );
    const objective = line();
    const split = { training: rows, heldOut: null };
    await train(objective, split, variables => new Momentum(variables), settings);
    const [weights, bias] = readVariables(objective.variables);
    expect(Math.hypot(...weights!, ...bias!)).toBeCloseTo(1e-3, 6);
    tf.dispose(objective.variables);
  });

  it('stops when the loss is no number any more', async () => {
    const data = new Float32Array(12).fill(1);
    data[4] = Number.NaN;
    const failed = trained({}, memorySource(data, [3]));
    await expect(failed).rejects.toMatchObject({ code: 'MODEL_DIVERGED' });
    await expect(failed).rejects.toThrow('epoch 1, step 1');
    await expect(trained({}, rows, line(Number.MAX_VALUE))).rejects.toBeInstanceOf(PlantsenseError);
  });

  it('passes on what the source throws', async () => {
    const source: RowSource = {
      ...rows,
      read: async indices => {
        if (Array.from(indices).includes(11)) throw new Error('disk');
      },
    };
    await expect(trained({}, source)).rejects.toThrow('disk');
  });

  it('keeps no tensor from step to step or at the end', async () => {
    const before = tf.memory().numTensors;
    const counts = new Set<number>();
    await trained({
      heldOut: rows,
      earlyStopping: { patience: 9 },
      clipNorm: 1,
      onProgress: () => void counts.add(tf.memory().numTensors),
    });
    expect(counts.size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('lets others run between steps', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await trained({ epochs: 40 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });
});
