import { type Command, InvalidArgumentError } from 'commander';
import type { Broker } from '../broker/port.js';
import { ERRORS, PlantsenseError } from '../errors.js';
import type { StoredDeadLetter } from '../stages/dead-letters.js';
import type { Cli } from './cli.js';
import { type BrokerFlags, readConnection, withBrokerOptions, withExistingBroker } from './connection.js';
import { type JsonOption, newCommand, newGroup } from './new-command.js';
import { formatTable } from './table.js';

type Flags = JsonOption & BrokerFlags;

interface ReplayFlags extends Flags {
  readonly at?: Place;
  readonly code?: string;
}

interface Place {
  readonly partition: number;
  readonly offset: number;
}

export function deadLetterCommand(cli: Cli): Command {
  return newGroup('dead-letter', 'Look at messages that could not be processed, and send them again.', [
    listCommand(cli),
    showCommand(cli),
    replayCommand(cli),
  ]);
}

function listCommand(cli: Cli): Command {
  const command = newCommand(
    'list',
    'List dead letters: what it was, what was wrong, and which stage said so. With --json as NDJSON.',
    'dead-letter list audio.raw.dead-letter',
  ).argument('[topic]', 'a dead-letter topic; all of them without it');
  return withBrokerOptions(command).action(async (topic: string | undefined, flags: Flags) => {
    const rows: string[][] = [];
    await withExistingBroker(cli, await readConnection(cli, flags), async broker => {
      for await (const stored of lettersOf(broker, topic, cli.signal)) {
        if (flags.json) await cli.stdout.jsonLine(summary(stored));
        else rows.push(tableRow(stored));
      }
    });
    if (flags.json) return;
    const headers = ['topic', 'at', 'time', 'code', 'stage', 'sensor', 'original', 'message'];
    await cli.stdout.write(formatTable(headers, rows) || 'There are no dead letters.\n');
  });
}

function showCommand(cli: Cli): Command {
  const command = newCommand(
    'show',
    'Show one dead letter whole, with its original message.',
    'dead-letter show audio.raw.dead-letter 0/12',
  )
    .argument('<topic>', 'the dead-letter topic')
    .argument('<at>', 'PARTITION/OFFSET, as `list` shows it', parsePlace);
  return withBrokerOptions(command).action(async (topic: string, at: Place, flags: Flags) => {
    const { findDeadLetter } = await import('../stages/dead-letters.js');
    const { describeRecord } = await import('../records/describe-record.js');
    const stored = await withExistingBroker(cli, await readConnection(cli, flags), broker =>
      findDeadLetter(broker, { topic, ...at }, cli.signal),
    );
    const { originalValue, originalHeaders } = stored.letter;
    const full = {
      ...summary(stored),
      originalHeaders: originalHeaders.map(({ name, value }) => ({
        name,
        value: Buffer.from(value).toString('latin1'),
      })),
      original: describeRecord(originalValue, false),
      originalBytes: originalValue && Buffer.from(originalValue).toString('base64'),
    };
    if (flags.json) return cli.stdout.json(full);
    const { originalBytes: _, ...shown } = full;
    const lines = Object.entries(shown).map(([name, value]) => `${name}: ${text(value)}`);
    await cli.stdout.write(`${lines.join('\n')}\n${hexDump(originalValue)}`);
  });
}

function replayCommand(cli: Cli): Command {
  const command = newCommand(
    'replay',
    'Send the original messages of dead letters to their topics again, after what was wrong with them was put right. They stay in the dead-letter topic until its retention ends.',
    'dead-letter replay audio.raw.dead-letter --code SENSOR_UNKNOWN',
  )
    .argument('<topic>', 'the dead-letter topic')
    .option('--at <partition/offset>', 'only this one', parsePlace)
    .option('--code <code>', 'only those with this error code');
  return withBrokerOptions(command).action(async (topic: string, flags: ReplayFlags) => {
    const { findDeadLetter, readDeadLetters, replayDeadLetter } = await import('../stages/dead-letters.js');
    const { at, code, json } = flags;
    if (code !== undefined) await checkCode(code);
    const counts: Record<string, number> = {};
    await withExistingBroker(cli, await readConnection(cli, flags), async broker => {
      const producer = await broker.producer();
      const letters = at
        ? [await findDeadLetter(broker, { topic, ...at }, cli.signal)]
        : readDeadLetters(broker, topic, cli.signal);
      for await (const stored of letters) {
        const { errorCode, originalTopic } = stored.letter;
        if (code !== undefined && errorCode !== code) continue;
        await replayDeadLetter(producer, stored);
        counts[originalTopic] = (counts[originalTopic] ?? 0) + 1;
      }
    });
    cli.signal.throwIfAborted();
    if (json) return cli.stdout.json({ replayed: counts });
    const lines = Object.entries(counts).map(([name, count]) => `${count} to ${name}\n`);
    await cli.stdout.write(lines.join('') || 'No dead letter was sent again.\n');
  });
}

async function* lettersOf(broker: Broker, topic: string | undefined, signal: AbortSignal) {
  const { deadLetterTopics, readDeadLetters } = await import('../stages/dead-letters.js');
  const topics = topic === undefined ? await deadLetterTopics(broker) : [topic];
  for (const each of topics) yield* readDeadLetters(broker, each, signal);
}

function summary({ topic, partition, offset, letter }: StoredDeadLetter) {
  const { originalValue, originalHeaders: _, ...fields } = letter;
  return { topic, partition, offset, ...fields, originalBytes: originalValue?.length ?? null };
}

function tableRow({ topic, partition, offset, letter }: StoredDeadLetter): string[] {
  const { originalTimestampMs, errorCode, stage, originalTopic, originalPartition, originalOffset } = letter;
  return [
    topic,
    `${partition}/${offset}`,
    new Date(originalTimestampMs).toISOString(),
    errorCode,
    stage,
    letter.sensor ?? letter.originalKey ?? '-',
    `${originalTopic} ${originalPartition}/${originalOffset}`,
    letter.message,
  ];
}

function parsePlace(place: string): Place {
  const match = /^(\d+)\/(\d+)$/.exec(place);
  if (!match) throw new InvalidArgumentError('It must be PARTITION/OFFSET, such as 0/12.');
  return { partition: Number(match[1]), offset: Number(match[2]) };
}

async function checkCode(code: string): Promise<void> {
  if (Object.hasOwn(ERRORS, code)) return;
  const { nearestWord } = await import('../topology/suggest.js');
  const nearest = nearestWord(code.toUpperCase(), Object.keys(ERRORS));
  const hint = nearest ? `Did you mean ${nearest}?` : '`dead-letter list` shows the codes.';
  throw new PlantsenseError('USAGE_INVALID', `There is no error code ${code}. ${hint}`);
}

function text(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

const DUMP_BYTES = 128;
const ROW_BYTES = 16;

/** The first bytes, in hexadecimal and as text. */
function hexDump(bytes: Uint8Array | null): string {
  const rows: string[] = [];
  const shown = Buffer.from(bytes?.subarray(0, DUMP_BYTES) ?? []);
  for (let at = 0; at < shown.length; at += ROW_BYTES) {
    const row = shown.subarray(at, at + ROW_BYTES);
    const hex = row
      .toString('hex')
      .replace(/../g, '$& ')
      .padEnd(3 * ROW_BYTES);
    const characters = row.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    rows.push(`${at.toString(16).padStart(8, '0')}  ${hex} ${characters}\n`);
  }
  return rows.join('');
}
