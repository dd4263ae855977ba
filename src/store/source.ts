import { uint32, uint64 } from './column-type.js';
import { type Column, column } from './table.js';

/** Where a row comes from: the position of its message in the log, and its number among the rows of that message. */
export interface Source {
  readonly partition: number;
  readonly offset: number;
  readonly index: number;
}

/** A record with its place in the log: what most tables take as a row. */
export interface Sourced<R> {
  readonly record: R;
  readonly source: Source;
}

/** The columns that tell where a row comes from. */
export function sourceColumns<R>(): readonly Column<Sourced<R>>[] {
  return [
    column('source_partition', uint32, 'Partition of the message.', row => row.source.partition),
    column('source_offset', uint64, 'Offset of the message in its partition.', row => row.source.offset),
    column('source_index', uint32, 'Number of the row in the message, from 0.', row => row.source.index),
  ];
}

export const SOURCE_KEY = ['source_partition', 'source_offset', 'source_index'] as const;
