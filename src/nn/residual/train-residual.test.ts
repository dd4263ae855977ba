import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import { MemoryCheckpoint } from '../testing/memory-checkpoint.js';
import * as tf from '../tf.js';
import { memorySource, selectRows } from '../training/row-source.js';
import { RESIDUAL_WIDTHS } from './architecture.js';
import { ResidualAutoEncoder } from './residual-auto-encoder.js';
import { machineSegments, TINY } from './testing/tiny.js';
import { type ResidualOptions, type TrainedResidual, trainResidual } from './train-residual.js';

const normal = memorySource(machineSegments(40), TINY.shape);
const unheard = memorySource(machineSegments(20, { seed: 2 }), TINY.shape);
const clacks = memorySource(machineSegments(20, { seed: 3, clack: true }), TINY.shape);

/** 3 steps an epoch, the last with fewer segments. */
const SHORT: ResidualOptions = { architecture: TINY, steps: 9, batchSize: 16, seed: 1 };

let trained: TrainedResidual;
const losses: number[] = [];
beforeAll(async () => {
  await openBackend();
  trained = await trainResidual(normal, {
    ...{ ...SHORT, steps: 450, learningRate: 0.003, heldOut: unheard },
    onProgress: ({ loss }) => void losses.push(loss),
  });
}, 180_000);
afterAll(() => trained.model.dispose());

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function filesOf(options: ResidualOptions): Promise<Map<string, Uint8Array>> {
  const { model } = await trainResidual(normal, options);
  const files = await model.toFiles();
  model.dispose();
  return files;
}

describe('trainResidual', () => {
  it("learns a machine's sound, and reconstructs a clack in it badly", async () => {
    const { model, training } = trained;
    expect(losses[0]).toBeGreaterThan(0.9);
    expect(training.loss).toBeLessThan(0.3);
    const heard = await model.score(unheard);
    const odd = await model.score(clacks);
    expect(mean(heard.residuals)).toBeCloseTo(training.heldOutLoss!, 4);
    expect(Math.min(...odd.residuals)).toBeGreaterThan(Math.max(...heard.residuals));
  });

  it('has moving averages of its batches alone after few steps, nothing of where they began', async () => {
    const still = { ...SHORT, learningRate: 1e-9, batchSize: normal.rows };
    const losses: number[] = [];
    const { model } = await trainResidual(normal, {
      ...{ ...still, steps: 3, heldOut: normal },
      onProgress: ({ loss, heldOutLoss }) => void losses.push(loss, heldOutLoss ?? Number.NaN),
    });
    expect(losses).toHaveLength(6);
    // Steps that change nothing, of the same segments in another order: training and inference are the same function.
    for (const loss of losses) expect(loss / losses[0]!).toBeCloseTo(1, 4);
    model.dispose();
  });

  // With Keras's averages, which look back over a hundred steps, it was 1.6 times as bad.
  it('scores as well as it has learnt to, also after few steps', async () => {
    const few = { ...SHORT, steps: 90, learningRate: 0.01, heldOut: normal };
    const { model, training } = await trainResidual(normal, few);
    expect(training.heldOutLoss! / training.loss!).toBeLessThan(1.1);
    model.dispose();
  });

  it('gives the same files for the same seed, byte for byte', async () => {
    const files = await filesOf(SHORT);
    expect(await filesOf(SHORT)).toEqual(files);
    expect(await filesOf({ ...SHORT, seed: 2 })).not.toEqual(files);
  });

  it.each([1, 4, 6])('gives the same files when it is killed at step %i and goes on', async atStep => {
    const options: ResidualOptions = { ...SHORT, heldOut: unheard, earlyStopping: { patience: 5 } };
    const checkpoint = new MemoryCheckpoint();
    const stop = new AbortController();
    const killed = trainResidual(normal, {
      ...options,
      checkpoint,
      signal: stop.signal,
      onProgress: ({ step }) => {
        if (step === atStep) stop.abort(new Error('killed'));
      },
    });
    await expect(killed).rejects.toThrow('killed');
    expect(await filesOf({ ...options, checkpoint })).toEqual(await filesOf(options));
  });

  it('ends early with the best weights and the moving averages that belong to them', async () => {
    const { model, training } = await trainResidual(normal, {
      // So large that the loss of the held-out segments goes up and down.
      ...{ ...SHORT, steps: 300, learningRate: 0.05 },
      ...{ heldOut: unheard, earlyStopping: { patience: 3 } },
    });
    expect(training.stoppedEarly).toBe(true);
    expect(mean((await model.score(unheard)).residuals) / training.heldOutLoss!).toBeCloseTo(1, 4);
    model.dispose();
  });

  it('goes on from a model when its machine ages, and leaves it as it is', async () => {
    const before = await trained.model.toFiles();
    const aged = memorySource(
      machineSegments(40, { seed: 5 }).map((value, i) => value + (Math.floor(i / 8) % 32 === 20 ? 0.8 : 0)),
      TINY.shape,
    );
    const first: number[] = [];
    const { model } = await trainResidual(aged, {
      ...{ from: trained.model, steps: 150, batchSize: 16, learningRate: 0.003 },
      onProgress: ({ loss }) => void first.push(loss),
    });
    expect(first[0]).toBeLessThan(losses[0]! / 2);
    const of = async (who: ResidualAutoEncoder) => mean((await who.score(aged)).residuals);
    expect(await of(model)).toBeLessThan(0.8 * (await of(trained.model)));
    expect(await trained.model.toFiles()).toEqual(before);
    const { weightsSha256 } = JSON.parse(Buffer.from(before.get('residual.json')!).toString());
    expect(model.origin).toMatchObject({ startedFrom: weightsSha256, segments: 40, askedSteps: 150 });
    model.dispose();
  });

  it('refuses the checkpoint of a training that went on from another model', async () => {
    const checkpoint = new MemoryCheckpoint();
    await filesOf({ ...SHORT, checkpoint });
    await expect(filesOf({ ...SHORT, from: trained.model, checkpoint })).rejects.toMatchObject({
      code: 'TRAINING_CHECKPOINT_INVALID',
    });
  });

  it('makes whole epochs of the steps that are asked for', async () => {
    const { model, training } = await trainResidual(normal, { ...SHORT, steps: 10 });
    expect(training).toMatchObject({ epochs: 4, steps: 12 });
    expect(model.origin).toMatchObject({ steps: 12, askedSteps: 10, heldOutSegments: 0, startedFrom: null });
    model.dispose();
  });

  it('refuses segments and options that make no sense', async () => {
    const refused = (options: ResidualOptions, code = 'PARAMETER_INVALID') =>
      expect(trainResidual(normal, { ...SHORT, ...options })).rejects.toMatchObject({ code });
    await refused({ steps: 0 });
    await refused({ learningRate: -1 });
    await refused({ architecture: { ...TINY, decoder: [] } });
    await refused({ from: trained.model, architecture: RESIDUAL_WIDTHS.small });
    await refused({ architecture: RESIDUAL_WIDTHS.paper }, 'MATRIX_INVALID');
    await refused({ heldOut: memorySource(new Float32Array(8), [4, 2]) }, 'MATRIX_INVALID');
    await refused({ heldOutShare: 0.99 }, 'TRAINING_DATA_INSUFFICIENT');
    const bad = memorySource(machineSegments(4).fill(Number.NaN, 300, 301), TINY.shape);
    await expect(trainResidual(bad, SHORT)).rejects.toMatchObject({ code: 'MODEL_DIVERGED' });
    const none = memorySource(new Float32Array(0), TINY.shape);
    await expect(trainResidual(none, SHORT)).rejects.toMatchObject({ code: 'TRAINING_DATA_INSUFFICIENT' });
  });

  it('gives back all tensors, and keeps none from step to step', async () => {
    const before = tf.memory().numTensors;
    const counts = new Set<number>();
    const options = { ...SHORT, heldOut: unheard, onProgress: () => void counts.add(tf.memory().numTensors) };
    const { model } = await trainResidual(normal, options);
    expect(counts.size).toBe(1);
    await model.score(clacks);
    const scored = tf.memory().numTensors;
    await model.score(clacks);
    await model.toFiles();
    (await ResidualAutoEncoder.fromFiles(await model.toFiles())).dispose();
    expect(tf.memory().numTensors).toBe(scored);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
    await expect(trainResidual(normal, { ...SHORT, signal: AbortSignal.abort() })).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('ResidualAutoEncoder', () => {
  it('gives the mean squared error of each segment, within 1e-4 of what the layers give unfolded', async () => {
    const { residuals } = await trained.model.score(clacks);
    const data = machineSegments(20, { seed: 3, clack: true });
    tf.tidy(() => {
      const x = tf.tensor4d(data, [20, ...TINY.shape, 1]);
      const drawn = trained.model.network.apply(x) as tf.Tensor4D;
      const expected = tf.mean(tf.squaredDifference(drawn, x), [1, 2, 3]).dataSync();
      residuals.forEach((residual, i) => {
        expect(Math.abs(residual / expected[i]! - 1)).toBeLessThan(1e-4);
      });
    });
  });

  it('gives the residuals of bands, whose mean is that of the segment', async () => {
    const { residuals, bandResiduals, bands } = await trained.model.score(clacks, { bands: 4 });
    expect(bands).toBe(4);
    expect(bandResiduals.length).toBe(4 * clacks.rows);
    const { bandResiduals: bins } = await trained.model.score(clacks, { bands: 32 });
    residuals.forEach((residual, i) => {
      expect(mean(bandResiduals.subarray(4 * i, 4 * i + 4))).toBeCloseTo(residual, 5);
      expect(mean(bins.subarray(32 * i, 32 * i + 8))).toBeCloseTo(bandResiduals[4 * i]!, 5);
    });
  });

  it('shows in which band a sound is that was not there', async () => {
    // A tone in bin 26, in the last quarter.
    const data = machineSegments(6, { seed: 2 }).map(
      (value, i) => value + (Math.floor(i / 8) % 32 === 26 ? 3 : 0),
    );
    const { bandResiduals } = await trained.model.score(memorySource(data, TINY.shape), { bands: 4 });
    for (let i = 0; i < 6; i++) {
      const bands = [...bandResiduals.subarray(4 * i, 4 * i + 4)];
      expect(bands.indexOf(Math.max(...bands))).toBe(3);
    }
  });

  it('gives a segment the same bits whatever segments are beside it', async () => {
    const all = await trained.model.score(clacks);
    const someRows = fc.array(fc.nat({ max: clacks.rows - 1 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(someRows, async rows => {
        const { residuals, bandResiduals } = await trained.model.score(selectRows(clacks, rows));
        rows.forEach((row, i) => {
          expect(residuals[i]).toBe(all.residuals[row]);
          const ofRow = all.bandResiduals.subarray(16 * row, 16 * row + 16);
          expect(bandResiduals.subarray(16 * i, 16 * i + 16)).toEqual(ofRow);
        });
      }),
      { numRuns: 25 },
    );
  });

  it('gives no number for a segment that has none, and leaves its neighbours as they are', async () => {
    const data = machineSegments(5, { seed: 2 });
    const clean = await trained.model.score(memorySource(data, TINY.shape));
    const spoilt = await trained.model.score(memorySource(data.with(300, Number.NaN), TINY.shape));
    expect([...spoilt.residuals].map(Number.isNaN)).toEqual([false, true, false, false, false]);
    expect(spoilt.residuals.with(1, clean.residuals[1]!)).toEqual(clean.residuals);
  });

  it('gives nothing for no segments, and refuses others than it knows', async () => {
    const nothing = await trained.model.score(selectRows(clacks, []));
    expect(nothing).toEqual({
      residuals: new Float32Array(0),
      bandResiduals: new Float32Array(0),
      bands: 16,
    });
    const other = memorySource(new Float32Array(64), [8, 8]);
    await expect(trained.model.score(other)).rejects.toMatchObject({ code: 'MATRIX_INVALID' });
    for (const bands of [0, 5, 2.5])
      await expect(trained.model.score(clacks, { bands })).rejects.toMatchObject({
        code: 'PARAMETER_INVALID',
      });
  });
});
