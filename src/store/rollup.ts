import { identifier, literal, qualified } from './sql.js';
import {
  type ColumnText,
  columnDefinition,
  INGESTED_AT,
  names,
  TABLE_SETTINGS,
  type Table,
  ttlExpression,
} from './table.js';

/** A column of a rollup: `value` is SQL over the rows of the source table, whose alias is `source`. */
export interface RollupKey extends ColumnText {
  readonly value: string;
}

/** What is kept of each key and interval, and how two of it become one. */
export interface Measure extends ColumnText {
  readonly merge: 'sum' | 'max' | 'sumMap' | 'maxMap';
  /** SQL that aggregates rows of `source`. */
  readonly value: string;
}

/** A column that people read: `value` is SQL over keys and merged measures. */
export interface ReadableColumn extends ColumnText {
  readonly value: string;
}

/**
 * Sums of a table per minute and hour, kept as rows come in. Merging must not depend on the order, so that every run
 * gives the same bytes: integers, decimals and maxima only, no sums of floats and no sketches.
 */
export interface Rollup {
  readonly name: string;
  readonly comment: string;
  readonly source: Table<never>;
  /** SQL for the event time of a row of `source`. */
  readonly time: string;
  readonly keys: readonly RollupKey[];
  readonly measures: readonly Measure[];
  readonly columns: readonly ReadableColumn[];
}

export interface Interval {
  readonly suffix: string;
  readonly word: string;
  /** The ClickHouse function that gives the start of a time's interval. */
  readonly start: string;
  readonly ttlDays: number;
}

export const INTERVALS: readonly Interval[] = [
  { suffix: '1m', word: 'minute', start: 'toStartOfMinute', ttlDays: 400 },
  { suffix: '1h', word: 'hour', start: 'toStartOfHour', ttlDays: 3650 },
];

/** The view that people read. */
export function rollupName(rollup: Rollup, interval: Interval): string {
  return `${rollup.name}_${interval.suffix}`;
}

/** The table behind the view. */
export function rollupDataName(rollup: Rollup, interval: Interval): string {
  return `${rollupName(rollup, interval)}_data`;
}

/** DDL for the table behind, the materialized view that feeds it, and the view that people read. */
export function createRollup(
  database: string,
  rollup: Rollup,
  interval: Interval,
  ttlDays = interval.ttlDays,
): readonly string[] {
  const view = rollupName(rollup, interval);
  const data = qualified(database, rollupDataName(rollup, interval));
  const [first, ...others] = rollup.keys.map(key => key.name);
  const keys = [first!, 'time', ...others];
  const columns = rollupDataColumns(rollup, interval).map(columnDefinition).join(',\n  ');
  return [
    `CREATE TABLE IF NOT EXISTS ${data} (
  ${columns}
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (${names(keys)})
TTL ${ttlExpression(ttlDays)}
SETTINGS ${TABLE_SETTINGS}
COMMENT ${literal(`What ${view} reads. ${rollup.comment}`)}`,

    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${qualified(database, `${view}_feed`)} TO ${data} (
  ${columns}
) AS
SELECT
  ${rollup.keys.map(key => `${key.value} AS ${identifier(key.name)}`).join(',\n  ')},
  ${interval.start}(toDateTime(${rollup.time}, 'UTC')) AS time,
  ${rollup.measures.map(measure => `${measure.value} AS ${identifier(measure.name)}`).join(',\n  ')},
  max(source.${INGESTED_AT.name}) AS ${INGESTED_AT.name}
FROM ${qualified(database, rollup.source.name)} AS source
GROUP BY ${names(keys)}`,

    `CREATE VIEW IF NOT EXISTS ${qualified(database, view)} (
  ${rollupColumns(rollup, interval).map(columnDefinition).join(',\n  ')}
) AS
SELECT
  ${rollup.keys.map(key => identifier(key.name)).join(', ')},
  time,
  ${rollup.columns.map(column => `${column.value} AS ${identifier(column.name)}`).join(',\n  ')}
FROM (
  SELECT
    ${names(keys)},
    ${rollup.measures.map(mergeMeasure).join(',\n    ')}
  FROM ${data} AS data
  GROUP BY ${names(keys)}
)
COMMENT ${literal(`${rollup.comment} A row for each ${interval.word}.`)}`,
  ];
}

function mergeMeasure({ name, merge }: Measure): string {
  return `${merge}(data.${identifier(name)}) AS ${identifier(name)}`;
}

function timeColumn(interval: Interval): ColumnText {
  return { name: 'time', type: "DateTime('UTC')", comment: `Start of the ${interval.word}.` };
}

/** Columns of the table behind the view. */
export function rollupDataColumns(rollup: Rollup, interval: Interval): readonly ColumnText[] {
  return [
    ...rollup.keys,
    timeColumn(interval),
    ...rollup.measures.map(({ name, merge, type, comment }) => ({
      name,
      type: `SimpleAggregateFunction(${merge}, ${type})`,
      comment,
    })),
    {
      name: INGESTED_AT.name,
      type: `SimpleAggregateFunction(max, ${INGESTED_AT.type})`,
      comment: 'When the last row came in; decides when this one goes.',
    },
  ];
}

/** Columns of the view. */
export function rollupColumns(rollup: Rollup, interval: Interval): readonly ColumnText[] {
  return [...rollup.keys, timeColumn(interval), ...rollup.columns];
}
