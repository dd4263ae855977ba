import { expect, it } from 'vitest';
import { normalizedMutualInfoScore } from '../../cluster/normalized-mutual-info-score.js';
import type { GroupShares } from '../../collapse-guard.js';
import type { ConvSdae } from '../conv-sdae/conv-sdae.js';
import type { Latents } from '../conv-sdae/encoder.js';
import { trainConvSdae } from '../conv-sdae/train-conv-sdae.js';
import type { LatentKMeans } from '../latent-k-means.js';
import * as tf from '../tf.js';
import type { RowSource } from '../training/row-source.js';
import type { TrainingOptions } from '../training/training-options.js';
import { latentKMeans } from './latent-k-means.js';
import { MemoryCheckpoint } from './memory-checkpoint.js';
import { groupedRows } from './rows.js';

/** Rows of three groups that every network that groups must find. */
export const GROUPED = groupedRows(48, 3);

/** A Conv-SDAE of them, to go on from. Opens nothing: the backend must be open. */
export async function pretrained(): Promise<ConvSdae> {
  const options = { filters: [4, 8], latentDim: 3, epochs: 15, batchSize: 16, learningRate: 0.01, seed: 1 };
  return (await trainConvSdae(GROUPED.source, options)).model;
}

interface GroupingNetwork {
  assign(source: RowSource): Promise<{
    readonly latents: Latents;
    readonly labels: Int32Array;
    readonly responsibilities: ArrayLike<number>;
  }>;
  encode(source: RowSource): Promise<Latents>;
  toFiles(): Promise<Map<string, Uint8Array>>;
  dispose(): void;
}

interface Trained {
  readonly model: GroupingNetwork;
  readonly training: object;
  readonly shares: GroupShares;
}

/** Options that all trainings of such networks have. */
export type GroupingOptions = Pick<TrainingOptions, 'checkpoint' | 'signal' | 'onProgress' | 'seed'> & {
  readonly groups: number;
  readonly kMeans: LatentKMeans;
  readonly maxShare?: number;
};

export interface GroupingChecks {
  readonly sdae: () => ConvSdae;
  /** A training of some steps, with what this kind of network needs besides. */
  readonly train: (rows: RowSource, sdae: ConvSdae, options: GroupingOptions) => Promise<Trained>;
  readonly fromFiles: (files: ReadonlyMap<string, Uint8Array>) => Promise<GroupingNetwork>;
  /** Steps at which the training is killed: in the middle of an epoch and elsewhere. */
  readonly killAt: readonly number[];
}

/** What every network that goes on from a Conv-SDAE and groups must pass. */
export function groupingChecks({ sdae, train, fromFiles, killAt }: GroupingChecks): void {
  const { source, truth } = GROUPED;
  const OPTIONS: GroupingOptions = { groups: 3, kMeans: latentKMeans, seed: 1 };

  it('finds the groups', async () => {
    const { model, shares } = await train(source, sdae(), OPTIONS);
    const { labels, responsibilities, latents } = await model.assign(source);
    expect(normalizedMutualInfoScore(truth, labels)).toBe(1);
    expect(shares).toEqual({ activeGroups: 3, largestShare: 1 / 3 });
    expect(latents).toEqual(await model.encode(source));
    expect(responsibilities.length).toBe(source.rows * 3);
    for (let row = 0; row < source.rows; row++) {
      const [a = 0, b = 0, c = 0] = Array.from(
        { length: 3 },
        (_, group) => responsibilities[3 * row + group],
      );
      expect(a + b + c).toBeCloseTo(1, 5);
    }
    model.dispose();
  });

  it.each(killAt)('ends with the same model when it is killed at step %i and goes on', async atStep => {
    const whole = await train(source, sdae(), OPTIONS);
    const checkpoint = new MemoryCheckpoint();
    const stop = new AbortController();
    const killed = train(source, sdae(), {
      ...OPTIONS,
      checkpoint,
      signal: stop.signal,
      onProgress: ({ step }) => {
        if (step === atStep) stop.abort(new Error('killed'));
      },
    });
    await expect(killed).rejects.toThrow('killed');
    const resumed = await train(source, sdae(), { ...OPTIONS, checkpoint });
    expect(await resumed.model.toFiles()).toEqual(await whole.model.toFiles());
    expect(resumed.training).toEqual(whole.training);
    whole.model.dispose();
    resumed.model.dispose();
  });

  it('leaves the Conv-SDAE as it is, and gives back all tensors', async () => {
    const before = await sdae().toFiles();
    const tensors = tf.memory().numTensors;
    const { model } = await train(source, sdae(), OPTIONS);
    model.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(await sdae().toFiles()).toEqual(before);
  });

  it('reads its files back and gives the same bits', async () => {
    const { model } = await train(source, sdae(), OPTIONS);
    const files = await model.toFiles();
    const read = await fromFiles(files);
    expect(await read.assign(source)).toEqual(await model.assign(source));
    expect(await read.toFiles()).toEqual(files);
    for (const name of files.keys()) {
      const without = new Map([...files].filter(([other]) => other !== name));
      await expect(fromFiles(without)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    }
    model.dispose();
    read.dispose();
  });

  it('refuses a fit that put everything into one group, and groups that make no sense', async () => {
    const tensors = tf.memory().numTensors;
    const refused = (options: Partial<GroupingOptions>) =>
      expect(train(source, sdae(), { ...OPTIONS, ...options })).rejects;
    await refused({ maxShare: 0.3 }).toMatchObject({ code: 'MODEL_COLLAPSED' });
    await refused({ groups: 0 }).toMatchObject({ code: 'PARAMETER_INVALID' });
    // Two rows a group at least.
    await refused({ groups: 25 }).toMatchObject({ code: 'TRAINING_DATA_INSUFFICIENT' });
    expect(tf.memory().numTensors).toBe(tensors);
  });
}
