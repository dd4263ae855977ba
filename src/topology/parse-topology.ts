import type { Env } from './interpolate.js';
import { inputSchema } from './json-schema.js';
import { type ParsedYaml, parseYaml } from './parse-yaml.js';
import { type Topology, topologyOptions } from './topology.js';

const INPUTS = inputSchema(topologyOptions);

/** A topology file as it was parsed: alone, each option has a legal value; `lint` looks at how they fit together. */
export type ParsedTopology = ParsedYaml<Topology>;

export function parseTopology(text: string, env: Env): ParsedTopology {
  return parseYaml(text, env, topologyOptions, INPUTS);
}
