import type { Env } from './interpolate.js';
import { type Topology, topologyOptions } from './topology.js';

/**
 * A topology without topics and stages, all of it defaults: for commands that only need its engines. Its data directory
 * is that of the topologies that we ship: `PLANTSENSE_DATA_DIR`, or `.plantsense`.
 */
export function bareTopology(env: Env): Topology {
  return topologyOptions.parse({
    name: 'none',
    topics: {},
    stages: {},
    ...(env.PLANTSENSE_DATA_DIR ? { data_dir: env.PLANTSENSE_DATA_DIR } : {}),
  });
}
