import { PlantsenseError } from '../../errors.js';

/** Rows to train on or to encode. They may lie in memory, in a file, anywhere: a training reads them batch by batch. */
export interface RowSource {
  readonly rows: number;
  /** Shape of one row, such as `[bands, frames]`. */
  readonly shape: readonly number[];
  /** Writes the rows with the given indices, one after another, to the start of `into`. */
  read(indices: ArrayLike<number>, into: Float32Array): void | Promise<void>;
}

/** Values in one row. */
export function rowSize(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Rows in memory, one after another. They are not copied.
 * @throws PlantsenseError PARAMETER_INVALID when `data` does not hold whole rows
 */
export function memorySource(data: Float32Array, shape: readonly number[]): RowSource {
  const size = rowSize(shape);
  const rows = data.length / size;
  if (!Number.isInteger(rows))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${data.length} values are no whole number of rows of shape (${shape.join(', ')}).`,
    );
  return {
    rows,
    shape,
    read(indices, into) {
      for (let i = 0; i < indices.length; i++)
        into.set(data.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
    },
  };
}

/** Some rows of a source, as a source of their own. */
export function selectRows(source: RowSource, selected: ArrayLike<number>): RowSource {
  const rows = Int32Array.from(selected);
  return {
    rows: rows.length,
    shape: source.shape,
    read: (indices, into) =>
      source.read(
        Int32Array.from(indices, index => rows[index]!),
        into,
      ),
  };
}
