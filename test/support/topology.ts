import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { lint } from '../../src/topology/lint.js';
import type { Topology } from '../../src/topology/topology.js';
import { SENSORS } from './plant-log.js';

const SHIPPED = new URL('../../topologies/noise-clustering.yaml', import.meta.url);

export interface TopologyChanges {
  readonly dataDir: string;
  /** `host:port` of Kafka; the embedded broker without. */
  readonly kafka?: string | undefined;
  /** A store that runs already; the embedded one without. */
  readonly store?: { readonly url: string; readonly password: string } | undefined;
  /** Options that come on top, as in the file, by `section.option`. */
  readonly runtime?: Readonly<Record<string, number | string>>;
  readonly listen?: Readonly<Record<string, unknown>>;
  readonly flushSecs?: number;
  /** What happens to sensors that are not in the log's list. */
  readonly unknown?: 'accept' | 'dead_letter';
}

/** The shipped noise topology as YAML, on the topics that it is shipped with, for short recordings of known microphones. */
export function topologyYaml(changes: TopologyChanges): string {
  const { dataDir, kafka, store, runtime = {}, listen = {}, flushSecs = 0.2 } = changes;
  const { unknown = 'dead_letter' } = changes;
  const file = parse(readFileSync(SHIPPED, 'utf8'));
  file.data_dir = dataDir;
  file.http = { port: 0 };
  if (kafka !== undefined) file.broker = { type: 'kafka', brokers: kafka };
  if (store) file.store = { type: 'clickhouse', ...store };
  // The recordings are of a day long past: retention would delete what is made of them. All else about the topics, their
  // partitions above all, is as shipped.
  for (const topic of Object.values<Record<string, unknown>>(file.topics))
    if (topic.cleanup !== 'compact') topic.retention_hours = 'forever';
  file.sensors.unknown = unknown;
  file.sensors.by_id = Object.fromEntries(SENSORS.map(sensor => [sensor, {}]));
  // The ends are told from the rest: calibrated, with bands, with clips.
  file.sensors.by_id['press-1'] = { calibration_db_spl: 120, threshold_db: 90, third_octaves: true };
  file.sensors.by_id['press-2'] = { clips: { mode: 'full' } };
  Object.assign(file.stages.listen, { workers: 1, idle_secs: 5, grid_secs: 5, ...listen });
  Object.assign(file.stages.learn, { first_after_events: 20 });
  Object.assign(file.stages.store, { flush_secs: flushSecs });
  file.runtime = { commit_interval_ms: 50, ...runtime };
  return stringify(file);
}

export function topologyOf(yaml: string): Topology {
  const { topology, problems } = lint(yaml, {});
  if (!topology) throw new Error(`The test's topology has problems: ${JSON.stringify(problems)}`);
  return topology;
}
