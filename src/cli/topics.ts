import type { Command } from 'commander';
import type { TopicAction } from '../topology/topics-plan.js';
import type { Cli } from './cli.js';
import {
  type BrokerFlags,
  readConnection,
  withBroker,
  withBrokerOptions,
  withExistingBroker,
} from './connection.js';
import { EXIT } from './exit-code.js';
import { type JsonOption, newCommand, newGroup } from './new-command.js';
import { formatTable } from './table.js';

type Flags = JsonOption & Omit<BrokerFlags, 'topology'>;

export function topicsCommand(cli: Cli): Command {
  return newGroup('topics', 'Create topics as a topology declares them, compare them, list them.', [
    applyCommand(cli),
    checkCommand(cli),
    listCommand(cli),
  ]);
}

function applyCommand(cli: Cli): Command {
  const command = newCommand(
    'apply',
    'Create the topics of a topology and change those that differ. Nothing is ever deleted. Exits with 1 when a change is refused.',
    'topics apply plant.yaml --broker kafka://kafka-1:9092',
  );
  return withTopologyArgument(command).action(async (path: string, flags: Flags) => {
    const { applyTopics, checkTopics } = await import('../topology/topics-apply.js');
    const topology = await readConnection(cli, { ...flags, topology: path });
    const plan = await withBroker(cli, topology, async ({ admin }) => {
      const actions = await checkTopics(admin, topology);
      await applyTopics(admin, actions);
      return actions;
    });
    if (plan.some(({ type }) => type === 'refuse')) cli.exitCode = EXIT.failed;
    await printPlan(cli, plan, flags.json);
  });
}

function checkCommand(cli: Cli): Command {
  const command = newCommand(
    'check',
    'Compare the topics of a broker with those that a topology declares, and change nothing. Exits with 1 when they differ.',
    'topics check plant.yaml --json',
  );
  return withTopologyArgument(command).action(async (path: string, flags: Flags) => {
    const { checkTopics } = await import('../topology/topics-apply.js');
    const topology = await readConnection(cli, { ...flags, topology: path });
    const plan = await withExistingBroker(cli, topology, ({ admin }) => checkTopics(admin, topology));
    if (plan.some(({ type }) => type !== 'keep')) cli.exitCode = EXIT.failed;
    await printPlan(cli, plan, flags.json);
  });
}

function listCommand(cli: Cli): Command {
  const command = newCommand(
    'list',
    'List the topics of a broker: partitions, messages, how long they are kept.',
    'topics list --data-dir .plantsense',
  );
  return withBrokerOptions(command).action(async (flags: JsonOption & BrokerFlags) => {
    const { listTopics } = await import('../topology/list-topics.js');
    const topology = await readConnection(cli, flags);
    const topics = await withExistingBroker(cli, topology, ({ admin }) => listTopics(admin));
    if (flags.json) return cli.stdout.json(topics);
    const rows = topics.map(({ name, partitions, messages, cleanupPolicy, retentionMs }) => {
      const kept = retentionMs === undefined ? 'forever' : `${retentionMs / 3_600_000} h`;
      return [name, `${partitions}`, `${messages}`, cleanupPolicy === 'compact' ? 'last of a key' : kept];
    });
    const table = formatTable(['topic', 'partitions', 'messages', 'kept'], rows);
    await cli.stdout.write(table || 'There are no topics.\n');
  });
}

function withTopologyArgument(command: Command): Command {
  return command
    .argument('<topology>', 'topology file')
    .option('--broker <address>', 'instead of the file: embedded, or kafka://host:port,host:port')
    .option('--data-dir <dir>', 'instead of the file: directory of the embedded broker');
}

async function printPlan(cli: Cli, plan: readonly TopicAction[], json: boolean): Promise<void> {
  const { formatTopicAction } = await import('../topology/topics-apply.js');
  if (json) return cli.stdout.json({ ok: cli.exitCode === EXIT.ok, topics: plan });
  for (const action of plan) await cli.stdout.line(formatTopicAction(action));
}
