import { type RowSource, rowSize } from '../../../nn/training/row-source.js';

/**
 * The mean spectrogram of each of some groups.
 *
 * @param labels group of each row
 * @returns by group, `[bands, frames]` each; groups without rows are not there
 */
export async function meanSpectrograms(
  source: RowSource,
  labels: readonly number[],
  groups: ReadonlySet<number>,
): Promise<Map<number, Float32Array>> {
  const size = rowSize(source.shape);
  const row = new Float32Array(size);
  const sums = new Map<number, Float64Array>();
  const counts = new Map<number, number>();
  for (const [i, label] of labels.entries()) {
    if (!groups.has(label)) continue;
    await source.read([i], row);
    const sum = sums.get(label) ?? new Float64Array(size);
    for (let j = 0; j < size; j++) sum[j]! += row[j]!;
    sums.set(label, sum);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return new Map(
    [...sums].map(([label, sum]) => [label, Float32Array.from(sum, value => value / counts.get(label)!)]),
  );
}
