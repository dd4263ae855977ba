import type { Store } from '../store/client.js';
import type { RowCounts } from './demo-queries.js';
import {
  type AlarmRow,
  countRows,
  EXAMPLE_QUERIES,
  type GroupRow,
  groupRows,
  latestAlarms,
} from './demo-queries.js';
import { count, counted } from './live-view-format.js';
import { formatTable } from './table.js';

/** What a run has left in the store. */
export interface DemoSummary {
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly ofThisRun: number }[];
  /** Events of this and of earlier runs. */
  readonly groups: readonly GroupRow[];
  readonly alarms: readonly AlarmRow[];
  readonly model: string | null;
}

const ALARMS = 6;

/** @param before the rows at the start of the run */
export async function summarize(store: Store, before: RowCounts, model: string | null): Promise<DemoSummary> {
  const [rows, groups, alarms] = await Promise.all([
    countRows(store),
    groupRows(store),
    latestAlarms(store, ALARMS),
  ]);
  const tables = [...rows].map(([table, now]) => ({
    table,
    rows: now,
    ofThisRun: now - (before.get(table) ?? 0),
  }));
  return { tables, groups, alarms, model };
}

export interface SummaryContext {
  readonly dataDir: string;
  /** How a command of ours is written at this prompt: `plantsense`. */
  readonly command: (args: string) => string;
}

/** The summary for people, with what they can do next. */
export function summaryText(summary: DemoSummary, { dataDir, command }: SummaryContext): string {
  const { tables, groups, alarms, model } = summary;
  const rows = tables.map(({ table, rows, ofThisRun }) => [table, count(rows), count(ofThisRun)]);
  const queries = EXAMPLE_QUERIES.map(
    ([about, sql]) => `  # ${about}\n  ${command(`db query --data-dir ${dataDir} ${quoted(sql)}`)}`,
  );
  return [
    `Stored in ${dataDir}:`,
    indented(formatTable(['table', 'rows', 'of this run'], rows)),
    groupsHeading(groups, model),
    indented(
      formatTable(['group', 'events', 'microphones', 'LAeq dB(A)', 'seconds'], groups.map(groupCells)),
    ),
    ...(alarms.length > 0 ? ['The latest alarms (UTC):', indented(alarms.map(alarmLine).join(''))] : []),
    'Ask the store, or look at it with any ClickHouse client while a demo runs:',
    `${queries.join('\n')}\n`,
    `Once more, with these data: ${command('demo')}    From the beginning: ${command('demo --fresh')}`,
  ]
    .filter(part => part !== '')
    .join('\n');
}

function groupsHeading(groups: readonly GroupRow[], model: string | null): string {
  if (model === null)
    return 'No model yet: it is learnt once enough events were heard. Let it run a little longer.\n';
  const known = groups.filter(({ group }) => group !== null).length;
  return `Events by group, ${counted(known, 'group')} of the model that was learnt from them:`;
}

function groupCells({ group, events, microphones, laeqDb, durationSecs }: GroupRow): string[] {
  const name = group === null ? 'novel' : String(group);
  return [name, count(events), String(microphones), laeqDb.toFixed(1), durationSecs.toFixed(1)];
}

function alarmLine({ time, sensor, state, message }: AlarmRow): string {
  return `${time.slice(11)}  ${sensor}  ${state}: ${message}\n`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** For a shell: double quotes, in which SQL's single quotes stay as they are. */
function quoted(sql: string): string {
  return `"${sql.replace(/["\\$`]/g, '\\$&')}"`;
}
