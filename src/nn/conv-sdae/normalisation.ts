import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { PlantsenseError } from '../../errors.js';
import * as tf from '../tf.js';
import { type RowSource, rowSize } from '../training/row-source.js';

/** One mean and one standard deviation for all values of all rows. */
export interface Normalisation {
  readonly mean: number;
  /** Never 0. */
  readonly std: number;
}

const ROWS_AT_A_TIME = 32;

/**
 * Measures the normalisation of rows in one pass, by merging the moments of parts (Chan, Golub & LeVeque 1983).
 * @throws PlantsenseError MATRIX_INVALID when a value is not a finite number; TRAINING_DATA_INSUFFICIENT without rows
 */
export async function measureNormalisation(source: RowSource, signal?: AbortSignal): Promise<Normalisation> {
  if (source.rows === 0)
    throw new PlantsenseError('TRAINING_DATA_INSUFFICIENT', 'There are no rows to train on.');
  const size = rowSize(source.shape);
  const buffer = new Float32Array(Math.min(ROWS_AT_A_TIME, source.rows) * size);
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (let row = 0; row < source.rows; row += ROWS_AT_A_TIME) {
    signal?.throwIfAborted();
    const length = Math.min(ROWS_AT_A_TIME, source.rows - row);
    const values = buffer.subarray(0, length * size);
    await source.read(
      Int32Array.from({ length }, (_, i) => row + i),
      values,
    );
    let partMean = 0;
    for (let i = 0; i < values.length; i++) partMean += values[i]!;
    partMean /= values.length;
    let partSquares = 0;
    for (let i = 0; i < values.length; i++) partSquares += (values[i]! - partMean) ** 2;
    const difference = partMean - mean;
    const total = count + values.length;
    squares += partSquares + (difference * difference * count * values.length) / total;
    mean += (difference * values.length) / total;
    count = total;
    await yieldToOthers();
  }
  if (!Number.isFinite(squares))
    throw new PlantsenseError('MATRIX_INVALID', 'The rows to train on hold NaN or infinity.');
  return { mean, std: Math.sqrt(squares / count) || 1 };
}

/** Rows with mean 0 and standard deviation 1, over all of them together. */
export function normalise<T extends tf.Tensor>(x: T, { mean, std }: Normalisation): T {
  return tf.div(tf.sub(x, mean), std) as T;
}
