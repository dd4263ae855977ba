import type { RowBuffer } from './row-buffer.js';

/** A ClickHouse type, and how a value of ours is written in its RowBinary encoding. */
export interface ColumnType<T> {
  readonly sql: string;
  readonly write: (out: RowBuffer, value: T) => void;
}

export const string: ColumnType<string> = { sql: 'String', write: (out, value) => out.string(value) };

/** A string with few different values: sensors, kinds, versions. */
export const symbol: ColumnType<string> = { ...string, sql: 'LowCardinality(String)' };

/** Bytes as they are: a ClickHouse string need not be text. */
export const blob: ColumnType<Uint8Array> = { sql: 'String', write: (out, value) => out.blob(value) };

export const bool: ColumnType<boolean> = { sql: 'Bool', write: (out, value) => out.uint8(value ? 1 : 0) };

export const uint32: ColumnType<number> = { sql: 'UInt32', write: (out, value) => out.uint32(value) };

export const int32: ColumnType<number> = { sql: 'Int32', write: (out, value) => out.int32(value) };

/** Up to 2^53, as offsets and sample counts are. */
export const uint64: ColumnType<number> = {
  sql: 'UInt64',
  write: (out, value) => {
    if (value < 0) throw new RangeError(`${value} is negative`);
    out.int64(value);
  },
};

/** Finite only: a NaN or infinity would poison every mean that it enters. A missing value is `null`. */
export const float32: ColumnType<number> = {
  sql: 'Float32',
  write: (out, value) => out.float32(finite(value)),
};

export const float64: ColumnType<number> = {
  sql: 'Float64',
  write: (out, value) => out.float64(finite(value)),
};

/** Integer microseconds since the epoch. */
export const timeUs: ColumnType<number> = {
  sql: "DateTime64(6, 'UTC')",
  write: (out, value) => out.int64(value),
};

/** Integer milliseconds since the epoch. */
export const timeMs: ColumnType<number> = {
  sql: "DateTime64(3, 'UTC')",
  write: (out, value) => out.int64(value),
};

export function nullable<T>(type: ColumnType<T>): ColumnType<T | null> {
  return {
    sql: type.sql === symbol.sql ? 'LowCardinality(Nullable(String))' : `Nullable(${type.sql})`,
    write: (out, value) => {
      out.uint8(value === null ? 1 : 0);
      if (value !== null) type.write(out, value);
    },
  };
}

export function array<T>(type: ColumnType<T>): ColumnType<readonly T[]> {
  return {
    sql: `Array(${type.sql})`,
    write: (out, values) => {
      out.length128(values.length);
      for (const value of values) type.write(out, value);
    },
  };
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not a finite number`);
  return value;
}
