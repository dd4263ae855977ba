import type { Matrix } from '../../cluster/matrix.js';
import { PlantsenseError } from '../../errors.js';
import { type RowSource, rowSize } from '../../nn/training/row-source.js';
import type { BaselineSpace } from './baseline-methods.js';
import { principalComponents } from './principal-components.js';
import type { BenchmarkData } from './recording-set.js';

/** Estimators compute with 64-bit floats in memory that ends at 4 GB. */
const MAX_NUMBERS = 2 ** 32 / Float64Array.BYTES_PER_ELEMENT;

/**
 * What a baseline groups: pooled mel statistics as they are, their principal components, or flat spectrograms.
 *
 * @returns one row a recording
 * @throws PlantsenseError MATRIX_INVALID when spectrograms are more than memory holds, or components have no two recordings
 */
export async function baselineSpace(
  space: BaselineSpace,
  { pooled, spectrograms }: Pick<BenchmarkData, 'pooled' | 'spectrograms'>,
): Promise<Matrix> {
  switch (space) {
    case 'pooled':
      return pooled;
    case 'pca':
      return principalComponents(pooled);
    case 'spectrogram':
      return flat(spectrograms);
  }
}

/** Decibels of all cells of a spectrogram in a row, band by band. */
async function flat(spectrograms: RowSource): Promise<Matrix> {
  const { rows } = spectrograms;
  const cols = rowSize(spectrograms.shape);
  if (rows * cols > MAX_NUMBERS)
    throw new PlantsenseError(
      'MATRIX_INVALID',
      `${rows} flat spectrograms are too large for memory: at most ${Math.floor(MAX_NUMBERS / cols)} can be grouped.`,
    );
  const data = new Float32Array(rows * cols);
  await spectrograms.read(
    Int32Array.from({ length: rows }, (_, row) => row),
    data,
  );
  return { data, rows, cols };
}
