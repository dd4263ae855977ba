import { setImmediate as yieldToOthers } from 'node:timers/promises';
import * as tf from '../tf.js';
import { type RowSource, rowSize } from '../training/row-source.js';

/** Rows that go through a network at once. */
const BATCH = 16;

/**
 * Answers of a network to rows, `[rows, ...]` for each of its outputs. Batches always have the same size, the last one
 * padded with zeros: TensorFlow takes another path for batches of one, which differs in the last bits. So a row's answer
 * has the same bits whatever rows are beside it. Lets others run between batches.
 */
export async function answerRows(
  source: RowSource,
  answer: (x: tf.Tensor) => readonly tf.Tensor[],
): Promise<Float32Array[]> {
  const size = rowSize(source.shape);
  const batch = new Float32Array(BATCH * size);
  const answers: Float32Array[] = [];
  for (let row = 0; row < source.rows; row += BATCH) {
    const length = Math.min(BATCH, source.rows - row);
    const indices = Int32Array.from({ length }, (_, i) => row + i);
    await source.read(indices, batch.subarray(0, length * size));
    batch.fill(0, length * size);
    tf.tidy(() => {
      answer(tf.tensor(batch, [BATCH, ...source.shape])).forEach((output, i) => {
        const cols = output.size / BATCH;
        answers[i] ??= new Float32Array(source.rows * cols);
        answers[i].set((output.dataSync() as Float32Array).subarray(0, length * cols), row * cols);
      });
    });
    await yieldToOthers();
  }
  return answers;
}
