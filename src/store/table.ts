import type { ColumnType } from './column-type.js';
import type { RowBuffer } from './row-buffer.js';
import { identifier, literal, qualified } from './sql.js';

/** A column of a table whose rows are made from `R`. */
export interface Column<R> {
  readonly name: string;
  /** The ClickHouse type. */
  readonly type: string;
  readonly comment: string;
  /** Appends the value for a row. */
  readonly write: (out: RowBuffer, row: R) => void;
}

/**
 * The one definition of a table: its DDL, the encoder of its rows and its reference page are all made from it.
 * Every table also has the column `ingested_at`, the only one that holds processing time.
 */
export interface Table<R> {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly Column<R>[];
  /** What makes a row unique: rows with equal keys become one when parts are merged. */
  readonly orderBy: readonly string[];
  /** The part of the key that the index in memory holds; a prefix of `orderBy`. */
  readonly primaryKey: readonly string[];
  readonly partitionBy: string;
  /** How long rows are kept after they came in. */
  readonly ttlDays: number;
}

/** `type` and `value` must agree, hence a function: after it the value's type is forgotten. */
export function column<R, T>(
  name: string,
  type: ColumnType<T>,
  comment: string,
  value: (row: R) => T,
): Column<R> {
  return { name, type: type.sql, comment, write: (out, row) => type.write(out, value(row)) };
}

/** What DDL and reference page need to know of a column. */
export interface ColumnText {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
  /** The value of a row that is written without the column. */
  readonly default?: string;
}

/** Filled by the store when a row comes in. */
export const INGESTED_AT = {
  name: 'ingested_at',
  type: "DateTime64(3, 'UTC')",
  default: "now64(3, 'UTC')",
  comment: 'When the row came into the store: the only column that differs between two runs.',
} as const;

/**
 * Settings of every table of ours.
 *
 * - The window is how many blocks a table remembers, so that a block that is sent again is recognised; ClickHouse's
 *   default is none.
 * - An insert is acknowledged when its rows are on the disk, not only in the page cache.
 * - Inserts are refused while there is still room: a write that fails half-way may tear a file.
 * - A part is dropped when all of its rows have expired, so rows may stay longer than their TTL, up to the length of a
 *   partition. Dropping a part is cheap, rewriting one is not.
 */
export const TABLE_SETTINGS = [
  'non_replicated_deduplication_window = 10000',
  'fsync_after_insert = 1',
  'fsync_part_directory = 1',
  'min_free_disk_bytes_to_perform_insert = 67108864',
  'ttl_only_drop_parts = 1',
].join(', ');

export function createTable(database: string, table: Table<never>, ttlDays = table.ttlDays): string {
  const columns = [...table.columns, INGESTED_AT].map(columnDefinition);
  return `CREATE TABLE IF NOT EXISTS ${qualified(database, table.name)} (
  ${columns.join(',\n  ')}
)
ENGINE = ReplacingMergeTree
PARTITION BY ${table.partitionBy}
PRIMARY KEY (${names(table.primaryKey)})
ORDER BY (${names(table.orderBy)})
TTL ${ttlExpression(ttlDays)}
SETTINGS ${TABLE_SETTINGS}
COMMENT ${literal(table.comment)}`;
}

/**
 * Brings the columns of a table that an earlier version made to its definition: adds those that it lacks, each in its
 * place, and comments them anew. Rows that are there get the default of a new column's type.
 */
export function updateColumns(database: string, table: Table<never>): string {
  const changes = [...table.columns, INGESTED_AT].flatMap((column, i, columns) => {
    const place = i === 0 ? 'FIRST' : `AFTER ${identifier(columns[i - 1]!.name)}`;
    return [
      `ADD COLUMN IF NOT EXISTS ${columnDefinition(column)} ${place}`,
      `COMMENT COLUMN ${identifier(column.name)} ${literal(column.comment)}`,
    ];
  });
  return `ALTER TABLE ${qualified(database, table.name)}\n  ${changes.join(',\n  ')}`;
}

/**
 * Rows go by the time they came in, not by event time: who replays last year's recordings wants to keep them as long as
 * today's.
 */
export function ttlExpression(days: number): string {
  return `toDateTime(${INGESTED_AT.name}) + toIntervalDay(${days})`;
}

export function columnDefinition(column: ColumnText): string {
  const value = column.default === undefined ? '' : ` DEFAULT ${column.default}`;
  return `${identifier(column.name)} ${column.type}${value} COMMENT ${literal(column.comment)}`;
}

export function names(columns: readonly string[]): string {
  return columns.map(identifier).join(', ');
}
