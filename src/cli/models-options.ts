import type { Command } from 'commander';
import { PlantsenseError } from '../errors.js';
import { type BrokerFlags, withBrokerOptions } from './connection.js';
import { choice, type JsonOption } from './new-command.js';

/** Options of all commands about models. */
export interface ModelsFlags extends JsonOption, BrokerFlags {
  readonly modelsTopic?: string;
}

/** Which models a command is about. */
export interface ScopeFlags extends ModelsFlags {
  readonly method?: 'image' | 'machine' | 'noise';
  readonly sensor?: string;
}

export interface Scope {
  readonly method: string;
  /** The sensor; empty for a model of all. */
  readonly entity: string;
}

export function withModelsOptions(command: Command): Command {
  return withBrokerOptions(
    command.option(
      '--models-topic <topic>',
      "where models are announced (default: the topology's, or models)",
    ),
  );
}

/** @param sensor what the option of that name does */
export function withScopeOptions(command: Command, sensor: string): Command {
  return withModelsOptions(
    command
      .addOption(choice('--method <method>', 'only models of this', ['noise', 'machine', 'image']))
      .option('--sensor <id>', sensor),
  );
}

/**
 * Which of the models in use a command is about.
 * @throws PlantsenseError USAGE_INVALID where there are models of several methods, and none is named
 */
export function scopeOf(flags: ScopeFlags, models: Iterable<{ readonly method: string }>): Scope {
  const method = methodOf(flags);
  if (method !== undefined) return { method, entity: flags.sensor ?? '' };
  const methods = [...new Set(Array.from(models, each => each.method))];
  if (methods.length > 1)
    throw new PlantsenseError(
      'USAGE_INVALID',
      `There are models of ${methods.join(' and ')}: --method or --sensor says which.`,
    );
  return { method: methods[0] ?? 'noise', entity: '' };
}

/** @throws PlantsenseError USAGE_INVALID for models of noise or images of one sensor, which there are none of */
export function methodOf({ method, sensor }: ScopeFlags): string | undefined {
  if (sensor === undefined) return method;
  if (method === 'noise' || method === 'image')
    throw new PlantsenseError(
      'USAGE_INVALID',
      `Models of ${method === 'noise' ? 'noise' : 'images'} are for all sensors: --sensor names a machine.`,
    );
  return 'machine';
}
