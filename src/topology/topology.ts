import { z } from 'zod';
import { brokerOptions } from './broker-options.js';
import { integer, number, options, text } from './options.js';
import { sensorsOptions } from './sensor-options.js';
import { stagesOptions } from './stage-options.js';
import { storeOptions } from './store-options.js';
import { topicsOptions } from './topic-options.js';

const runtime = options({
  group_prefix: text(/^[A-Za-z0-9._-]{1,100}$/, 'letters, digits, dots, dashes and underscores')
    .default('plantsense')
    .describe('Consumer groups are called `<group_prefix>.<topology>.<stage>`.'),
  session_timeout_ms: integer(6000, 1_800_000)
    .default(30_000)
    .describe('A member that is silent for this long loses its partitions.'),
  rebalance_timeout_ms: integer(6000, 3_600_000)
    .default(60_000)
    .describe('How long the group waits for its members to join again.'),
  drain_deadline_ms: integer(100, 3_600_000)
    .default(20_000)
    .describe('How long a stage may take to finish its work when partitions are taken from it.'),
  commit_interval_ms: integer(10, 600_000).default(1000).describe('How often progress is committed.'),
  credit_bytes: integer(65_536, 17_179_869_184)
    .default(16_777_216)
    .describe('Unprocessed bytes that one partition of a stage may hold in memory.'),
  stall_after_secs: number(1, 86_400)
    .default(60)
    .describe('A partition with lag whose position has not moved for this long is reported as stalled.'),
  on_expired_offset: z
    .enum(['fail', 'earliest'])
    .default('fail')
    .describe('When retention deleted messages before they were read: stop, or go on and count the loss.'),
});

const http = options({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; `0.0.0.0` for all.'),
  port: integer(0, 65_535)
    .default(9464)
    .describe('Port of `/ping`, `/ready`, `/metrics`, `/version` and the status page; 0 takes a free one.'),
});

/** The whole file. */
export const topologyOptions = options({
  name: text(
    /^[a-z][a-z0-9-]{0,62}$/,
    'a name: a small letter, then small letters, digits and dashes, up to 63',
  ).describe('The name of the topology. It is part of the names of consumer groups.'),
  broker: brokerOptions.prefault({ type: 'embedded' }),
  store: storeOptions.prefault({ type: 'embedded' }),
  data_dir: z
    .string()
    .min(1)
    .default('.plantsense')
    .describe('Directory of the embedded broker and store, models and clips.'),
  topics: topicsOptions,
  sensors: sensorsOptions
    .prefault({})
    .describe('The microphones, and the cameras where unknown sensors are refused.'),
  stages: stagesOptions,
  runtime: runtime.prefault({}).describe('How stages run.'),
  http: http.prefault({}).describe('The HTTP server of a running topology.'),
});

/** A topology as it was parsed: every default filled in, names in camel case, `Secret`s wrapped. */
export type Topology = z.output<typeof topologyOptions>;

/** The consumer group of a stage. Two topologies on one cluster never share a group. */
export function groupName(topology: Topology, stage: string): string {
  return `${topology.runtime.groupPrefix}.${topology.name}.${stage}`;
}
