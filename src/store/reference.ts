import { INTERVALS, rollupColumns, rollupName } from './rollup.js';
import { ROLLUPS } from './rollups/index.js';
import { type ColumnText, INGESTED_AT } from './table.js';
import { TABLES } from './tables/index.js';

/** The page `docs/reference/tables.md`: every table and rollup, from their definitions. */
export function tablesPage(): string {
  const sections = [
    ...TABLES.map(table =>
      section(
        table.name,
        table.comment,
        `Sorted by ${code(table.orderBy)}, kept for ${table.ttlDays} days after it came in.`,
        [...table.columns, INGESTED_AT],
      ),
    ),
    ...ROLLUPS.flatMap(rollup =>
      INTERVALS.map(interval =>
        section(
          rollupName(rollup, interval),
          rollup.comment,
          `A view: a row for each ${interval.word}, kept for ${interval.ttlDays} days.`,
          rollupColumns(rollup, interval),
        ),
      ),
    ),
  ];
  return [
    '# Tables',
    '',
    'Written from `src/store/tables` and `src/store/rollups`; a test fails when this page differs from them.',
    'Times are UTC. `source_partition`, `source_offset` and `source_index` tell where in the log a row comes from.',
    '',
    ...sections,
  ].join('\n');
}

function section(name: string, comment: string, note: string, columns: readonly ColumnText[]): string {
  const rows = columns.map(column => `| \`${column.name}\` | \`${column.type}\` | ${column.comment} |`);
  return [
    `## ${name}`,
    '',
    `${comment} ${note}`,
    '',
    '| column | type | meaning |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function code(names: readonly string[]): string {
  return names.map(name => `\`${name}\``).join(', ');
}
