import type { Command } from 'commander';
import type { Topology } from '../topology/topology.js';
import { type BrokerFlags, withBrokerOptions } from './connection.js';
import type { JsonOption } from './new-command.js';

/** Options of all commands about labels. */
export interface LabelsFlags extends JsonOption, BrokerFlags {
  readonly labelsTopic?: string;
}

export function withLabelsOptions(command: Command): Command {
  return withBrokerOptions(
    command.option('--labels-topic <topic>', "where statements are (default: the topology's, or labels)"),
  );
}

/** Where statements are. */
export async function labelsTopic(topology: Topology, flags: LabelsFlags): Promise<string> {
  const { labelsTopicOf } = await import('../topology/labels-topic.js');
  return flags.labelsTopic ?? labelsTopicOf(topology);
}
