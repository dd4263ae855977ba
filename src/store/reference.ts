import { INTERVALS, rollupColumns, rollupName } from './rollup.js';
import { ROLLUPS } from './rollups/index.js';
import { type ColumnText, INGESTED_AT } from './table.js';
import { TABLES } from './tables/index.js';
import { VARYING_COLUMNS } from './varying-columns.js';

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
    ...sameRows(),
  ].join('\n');
}

/** What two runs have in common. */
function sameRows(): string[] {
  const rows = VARYING_COLUMNS.map(({ table, column, after, why }) => {
    const runs = after === 'crash' ? 'after a crash' : 'always';
    return `| ${table === '*' ? 'all' : `\`${table}\``} | ${column === '*' ? 'all' : `\`${column}\``} | ${runs} | ${why} |`;
  });
  return [
    '## Two runs over the same log',
    '',
    'With the same configuration and the same models they store the same rows, byte for byte, and the same rollups, however',
    'many members share the work: where each topic that a stage writes has as many partitions as the one it reads, as in the',
    'topologies that come with Plantsense. With fewer, several writers share a partition, and `source_partition` and',
    '`source_offset` of its rows depend on who was first. Other than that, these columns alone may differ',
    '(`src/store/varying-columns.ts`):',
    '',
    '| table | column | when | because |',
    '|---|---|---|---|',
    ...rows,
    '',
    'A dead letter repeats what the broker kept of the message that it is made of. For a message that a stage wrote, its',
    '`timestamp` is the time of sending and its `header_value` names that incarnation of the topic, and after a crash its',
    '`offset` moves with `source_offset`.',
    '',
  ];
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
