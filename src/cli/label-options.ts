import type { Command } from 'commander';
import { type BrokerFlags, withBrokerOptions } from './connection.js';
import type { JsonOption } from './new-command.js';

/** Options of all commands about labels. */
export interface LabelsFlags extends JsonOption, BrokerFlags {
  readonly labelsTopic: string;
}

export function withLabelsOptions(command: Command): Command {
  return withBrokerOptions(command.option('--labels-topic <topic>', 'where statements are', 'labels'));
}
