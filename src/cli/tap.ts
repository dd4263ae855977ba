import type { Command } from 'commander';
import type { Broker, Message } from '../broker/port.js';
import type { DescribedRecord } from '../records/describe-record.js';
import type { Cli } from './cli.js';
import { type BrokerFlags, readConnection, withBrokerOptions, withExistingBroker } from './connection.js';
import { type JsonOption, newCommand } from './new-command.js';
import { recordLine } from './record-line.js';

interface Flags extends JsonOption, BrokerFlags {
  readonly fromBeginning: boolean;
  readonly untilCaughtUp: boolean;
  readonly full: boolean;
}

export function tapCommand(cli: Cli): Command {
  const command = newCommand(
    'tap',
    'Print what goes through a topic, decoded, one line a record; with --json as NDJSON. Disturbs nobody: it is in no consumer group. Without --until-caught-up it follows a broker that runs, until Ctrl-C.',
    'tap noise.events --from-beginning --until-caught-up --json',
  )
    .argument('<topic>', 'the topic')
    .option('--from-beginning', 'start with what lies in the topic, not with what comes next', false)
    .option(
      '--until-caught-up',
      'with --from-beginning: end when all that lay in the topic at the start was printed',
      false,
    )
    .option('--full', 'bytes as base64 and tensors as numbers, not only how many there are', false);
  return withBrokerOptions(command).action(async (topic: string, flags: Flags) => {
    const { followTopic, readToEnd } = await import('../stages/follow-topic.js');
    const { describeRecord } = await import('../records/describe-record.js');
    const { fromBeginning, untilCaughtUp, full, json } = flags;
    if (untilCaughtUp && !fromBeginning) {
      const { PlantsenseError } = await import('../errors.js');
      const why = 'of what lies in the topic nothing would be printed';
      throw new PlantsenseError('USAGE_INVALID', `--until-caught-up needs --from-beginning: ${why}.`);
    }
    // Who follows for hours must not keep a topology from owning the data directory.
    const mode = untilCaughtUp ? 'own-or-attach' : 'attach';
    const topology = await readConnection(cli, flags);
    const print = async (broker: Broker) => {
      const batches = untilCaughtUp
        ? readToEnd(broker, topic, cli.signal)
        : followTopic(broker, topic, fromBeginning ? 'earliest' : 'latest', cli.signal);
      for await (const messages of batches) {
        const lines = messages.map(message => {
          const described = describeRecord(message.value, full);
          return json ? jsonLine(message, described) : textLine(message, described);
        });
        await cli.stdout.write(lines.join(''));
        if (cli.signal.aborted) break;
      }
    };
    await withExistingBroker(cli, topology, print, mode);
    if (untilCaughtUp) cli.signal.throwIfAborted();
  });
}

function jsonLine({ topic, partition, offset, key, timestampMs }: Message, described: DescribedRecord) {
  const timestamp = new Date(timestampMs).toISOString();
  return `${JSON.stringify({ topic, partition, offset, key, timestamp, ...described })}\n`;
}

function textLine({ partition, offset, key, timestampMs }: Message, described: DescribedRecord): string {
  const { record, value, error } = described;
  const place = `${new Date(timestampMs).toISOString()} ${partition}/${offset} ${key ?? '-'}`;
  if (error) return `${place} ${error.code}: ${error.message}\n`;
  if (value === null) return `${place} deleted\n`;
  return `${place} ${record} ${recordLine(value)}\n`;
}
