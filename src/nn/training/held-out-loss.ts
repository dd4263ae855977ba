import { setImmediate as yieldToOthers } from 'node:timers/promises';
import * as tf from '../tf.js';
import { LossMeans, lossValues } from './losses.js';
import type { Objective } from './objective.js';
import { type RowSource, rowSize } from './row-source.js';

/** Mean loss of rows that are not trained on, at a place of the training. Lets others run between minibatches. */
export async function heldOutLoss(
  objective: Objective,
  source: RowSource,
  batchSize: number,
  { epoch, step }: { readonly epoch: number; readonly step: number },
): Promise<number> {
  const means = new LossMeans();
  const size = rowSize(source.shape);
  const buffer = new Float32Array(Math.min(batchSize, source.rows) * size);
  for (let row = 0; row < source.rows; row += batchSize) {
    const length = Math.min(batchSize, source.rows - row);
    const indices = Int32Array.from({ length }, (_, i) => row + i);
    const values = buffer.subarray(0, length * size);
    await source.read(indices, values);
    tf.tidy(() => {
      const x = tf.tensor(values, [length, ...source.shape]);
      means.add(lossValues(objective, { x, indices, epoch, step, isTraining: false }), length);
    });
    await yieldToOthers();
  }
  return means.means.total;
}
