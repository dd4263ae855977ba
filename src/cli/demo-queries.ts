import type { Store } from '../store/client.js';

/** What the demo asks its store. */

const TABLES = [
  'levels',
  'events',
  'assignments',
  'machine_scores',
  'image_assignments',
  'alarms',
  'models',
  'dead_letters',
] as const;

export type RowCounts = ReadonlyMap<string, number>;

export async function countRows(store: Store): Promise<RowCounts> {
  const counts = TABLES.map(table => `(SELECT count() FROM ${table}) AS ${table}`).join(', ');
  const [row] = await store.query<Record<string, number>>(`SELECT ${counts}`);
  return new Map(TABLES.map(table => [table, Number(row?.[table] ?? 0)]));
}

/** Time from the end of a second of sound to its row, over the rows that came in the last seconds; null without any. */
export async function recentDelay(store: Store): Promise<{ median: number; p99: number } | null> {
  const [row] = await store.query<{ rows: number; median: number; p99: number }>(`
    SELECT count() AS rows, quantileExact(0.5)(delay) AS median, quantileExact(0.99)(delay) AS p99 FROM (
      SELECT toFloat64(ingested_at) - toFloat64(time) - duration_secs AS delay
      FROM levels WHERE ingested_at > now64(3) - toIntervalSecond(10)
    )`);
  return row && Number(row.rows) > 0 ? { median: row.median, p99: row.p99 } : null;
}

export interface GroupRow {
  /** Null: novel. */
  readonly group: number | null;
  readonly events: number;
  readonly microphones: number;
  readonly laeqDb: number;
  readonly durationSecs: number;
}

/** The events by group, novel ones last. */
export function groupRows(store: Store): Promise<GroupRow[]> {
  return store.query<GroupRow>(`
    SELECT
      if(novel, NULL, group) AS group,
      count() AS events,
      uniqExact(a.sensor) AS microphones,
      round(avg(e.laeq_db), 1) AS laeqDb,
      round(avg(e.duration_secs), 1) AS durationSecs
    FROM assignments AS a JOIN events AS e ON e.id = a.event_id
    GROUP BY group ORDER BY group IS NULL, group`);
}

export interface AlarmRow {
  readonly time: string;
  readonly sensor: string;
  readonly kind: string;
  readonly state: string;
  readonly message: string;
}

/** The latest alarms, in their order. */
export async function latestAlarms(store: Store, count: number): Promise<AlarmRow[]> {
  const rows = await store.query<AlarmRow>(`
    SELECT formatDateTime(time, '%F %T') AS time, sensor, kind, state, message
    FROM alarms ORDER BY alarms.time DESC LIMIT ${count}`);
  return rows.reverse();
}

export interface DeadLetterRow {
  readonly topic: string;
  readonly code: string;
  readonly messages: number;
}

/** What was refused, by topic and reason. */
export function deadLetterRows(store: Store): Promise<DeadLetterRow[]> {
  return store.query<DeadLetterRow>(`
    SELECT topic, error_code AS code, toUInt32(count()) AS messages
    FROM dead_letters GROUP BY topic, code ORDER BY topic, code`);
}

/** Queries for people to try, each with what it answers. */
export const EXAMPLE_QUERIES: readonly (readonly [about: string, sql: string])[] = [
  ['the loudest events', 'SELECT onset_time, sensor, lafmax_db FROM events ORDER BY 3 DESC LIMIT 5'],
  ['which group is heard where', 'SELECT sensor, group, count() FROM assignments GROUP BY ALL ORDER BY ALL'],
  ['the latest levels', 'SELECT time, sensor, laeq_db FROM levels ORDER BY time DESC LIMIT 8'],
  [
    'groups of pictures, and what the inspection says of them',
    'SELECT path, novel, near_label, count() FROM image_assignments GROUP BY ALL ORDER BY ALL',
  ],
  [
    'how machines sound, minute by minute',
    "SELECT toStartOfMinute(time) AS minute, sensor, count() AS segments, countIf(verdict = 'abnormal') AS abnormal FROM machine_scores GROUP BY ALL ORDER BY ALL",
  ],
];
