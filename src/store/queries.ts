import type { Store } from './client.js';

/** The newest second of a sensor. Times are microseconds since the epoch. */
export interface LatestLevel {
  readonly sensor: string;
  readonly timeUs: number;
  readonly laeqDb: number | null;
  readonly lafmaxDb: number | null;
  readonly lcpeakDb: number | null;
  readonly silent: boolean;
  readonly calibrated: boolean;
}

/** The newest levels of each sensor, of the last day that it sent something. */
export function latestLevels(store: Store): Promise<LatestLevel[]> {
  return store.query(`
    SELECT
      sensor,
      toUnixTimestamp64Micro(max(time)) AS timeUs,
      argMax(tuple(laeq_db), time).1 AS laeqDb,
      argMax(tuple(lafmax_db), time).1 AS lafmaxDb,
      argMax(tuple(lcpeak_db), time).1 AS lcpeakDb,
      argMax(silent, time) AS silent,
      argMax(calibrated, time) AS calibrated
    FROM levels
    WHERE toYYYYMMDD(time) >= (SELECT toYYYYMMDD(max(time) - INTERVAL 1 DAY) FROM levels)
    GROUP BY sensor
    ORDER BY sensor`);
}

/** A stretch of event time, microseconds since the epoch: from `fromUs` up to, not including, `toUs`. */
export interface TimeRange {
  readonly fromUs: number;
  readonly toUs: number;
}

/** An event with its group, where it has one. */
export interface EventWithGroup {
  readonly id: string;
  readonly sensor: string;
  readonly startTimeUs: number;
  readonly durationSecs: number;
  readonly laeqDb: number | null;
  readonly lafmaxDb: number | null;
  readonly calibrated: boolean;
  readonly closedBy: string;
  readonly clipUri: string | null;
  readonly group: number | null;
  readonly probability: number | null;
  readonly novel: boolean;
  readonly modelVersion: string | null;
}

/** Events that began in a stretch of time, the newest first, each with its last assignment. */
export function eventsBetween(
  store: Store,
  range: TimeRange,
  { sensor, limit = 100 }: { readonly sensor?: string; readonly limit?: number } = {},
): Promise<EventWithGroup[]> {
  return store.query(
    `
    SELECT
      e.id AS id,
      e.sensor AS sensor,
      toUnixTimestamp64Micro(e.start_time) AS startTimeUs,
      e.duration_secs AS durationSecs,
      e.laeq_db AS laeqDb,
      e.lafmax_db AS lafmaxDb,
      e.calibrated AS calibrated,
      e.closed_by AS closedBy,
      e.clip_uri AS clipUri,
      a.last.1 AS group,
      a.last.2 AS probability,
      a.last.3 AS novel,
      a.last.4 AS modelVersion
    FROM events AS e
    LEFT JOIN (
      SELECT
        event_id,
        argMax(
          tuple(group, probability, novel, model_version),
          tuple(source_partition, source_offset, source_index)
        ) AS last
      FROM assignments
      WHERE ${inRange('time')} ${sensor === undefined ? '' : 'AND sensor = {sensor:String}'}
      GROUP BY event_id
    ) AS a ON a.event_id = e.id
    WHERE ${inRange('e.start_time')} ${sensor === undefined ? '' : 'AND e.sensor = {sensor:String}'}
    ORDER BY e.start_time DESC, e.id
    LIMIT {limit:UInt32}
    SETTINGS join_use_nulls = 0`,
    { parameters: { ...range, limit, ...(sensor === undefined ? {} : { sensor }) } },
  );
}

/** A group's part of the events. */
export interface GroupShare {
  /** Null for events without a group. */
  readonly group: number | null;
  readonly modelVersion: string;
  readonly events: number;
  readonly novel: number;
  /** Of all events in the stretch, 0 to 1. */
  readonly share: number;
  readonly meanProbability: number;
}

/** How the events of a stretch of time divide into groups, the largest first; to whole minutes. */
export function groupShares(store: Store, range: TimeRange): Promise<GroupShare[]> {
  return store.query(
    `
    SELECT
      nullIf(counts.group, -1) AS group,
      model_version AS modelVersion,
      sum(event_count) AS events,
      sum(novel_count) AS novel,
      events / sum(events) OVER () AS share,
      sum(mean_probability * event_count) / events AS meanProbability
    FROM assignments_1m AS counts
    WHERE ${inRange('time')}
    GROUP BY counts.group, model_version
    ORDER BY events DESC, group`,
    { parameters: { ...range } },
  );
}

function inRange(column: string): string {
  return `${column} >= fromUnixTimestamp64Micro({fromUs:Int64}, 'UTC') AND ${column} < fromUnixTimestamp64Micro({toUs:Int64}, 'UTC')`;
}

/** What is stored of a sensor. */
export interface SensorCounts {
  readonly sensor: string;
  readonly soundSecs: number;
  readonly silentSecs: number;
  readonly events: number;
  readonly novelEvents: number;
}

/** What is stored of each sensor, for a summary at the end of a run. */
export function sensorCounts(store: Store): Promise<SensorCounts[]> {
  return store.query(`
    SELECT
      sensor,
      sum(duration_secs) - sum(silent_secs) AS soundSecs,
      sum(silent_secs) AS silentSecs,
      sum(event_count) AS events,
      sum(novel_count) AS novelEvents
    FROM (
      SELECT sensor, duration_secs, silent_secs, 0 AS event_count, 0 AS novel_count FROM levels_1h
      UNION ALL
      SELECT sensor, 0, 0, event_count, 0 FROM events_1h
      UNION ALL
      SELECT sensor, 0, 0, 0, novel_count FROM assignments_1h
    )
    GROUP BY sensor
    ORDER BY sensor`);
}
