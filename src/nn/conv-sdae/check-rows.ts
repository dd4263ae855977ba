import { PlantsenseError } from '../../errors.js';
import type { RowSource } from '../training/row-source.js';

/** @throws PlantsenseError MATRIX_INVALID when rows have another shape than a network takes */
export function checkRows(source: RowSource, shape: readonly number[]): void {
  if (source.shape.length === shape.length && source.shape.every((side, i) => side === shape[i])) return;
  throw new PlantsenseError(
    'MATRIX_INVALID',
    `Rows have the shape (${source.shape.join(', ')}), the network takes (${shape.join(', ')}).`,
  );
}
