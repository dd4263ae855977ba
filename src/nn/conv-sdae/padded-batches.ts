import { setImmediate as yieldToOthers } from 'node:timers/promises';
import * as tf from '../tf.js';
import { type RowSource, rowSize } from '../training/row-source.js';

/**
 * Answers of a network to rows, `[rows, ...]` for each of its outputs. Batches always have the same size, the last one
 * padded with zeros: TensorFlow takes another path for batches of one, which differs in the last bits. So a row's answer
 * has the same bits whatever rows are beside it. Lets others run between batches.
 *
 * @param batchSize rows that go through the network at once, 2 at least
 */
export async function answerRows(
  source: RowSource,
  answer: (x: tf.Tensor) => readonly tf.Tensor[],
  batchSize = 16,
): Promise<Float32Array[]> {
  const size = rowSize(source.shape);
  const batch = new Float32Array(batchSize * size);
  const answers: Float32Array[] = [];
  for (let row = 0; row < source.rows; row += batchSize) {
    const length = Math.min(batchSize, source.rows - row);
    const indices = Int32Array.from({ length }, (_, i) => row + i);
    await source.read(indices, batch.subarray(0, length * size));
    batch.fill(0, length * size);
    tf.tidy(() => {
      answer(tf.tensor(batch, [batchSize, ...source.shape])).forEach((output, i) => {
        const cols = output.size / batchSize;
        answers[i] ??= new Float32Array(source.rows * cols);
        answers[i].set((output.dataSync() as Float32Array).subarray(0, length * cols), row * cols);
      });
    });
    await yieldToOthers();
  }
  return answers;
}
