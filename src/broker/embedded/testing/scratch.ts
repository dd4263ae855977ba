import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { OutgoingMessage } from '../../port.js';
import { writeAt } from '../log-segment.js';
import { type LogOptions, PartitionLog } from '../partition-log.js';
import { decodeMessages } from '../record.js';
import { WriteBuffers } from '../write-buffers.js';

const opened: PartitionLog[] = [];

/** Gives directories that are removed after each test, when logs in them are closed. Call it in a `describe`. */
export function scratchDirectories(): () => Promise<string> {
  const made: string[] = [];
  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close(true);
    for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
  });
  return async () => {
    const directory = await mkdtemp(join(tmpdir(), 'plantsense-log-'));
    made.push(directory);
    return directory;
  };
}

export function logOptions(overrides: Partial<LogOptions> = {}): LogOptions {
  return {
    segmentBytes: 1024 * 1024,
    fsync: 'never',
    buffers: new WriteBuffers(),
    now: () => 1_000,
    write: writeAt,
    afterPowerCut: false,
    ...overrides,
  };
}

export async function openLog(directory: string, overrides?: Partial<LogOptions>): Promise<PartitionLog> {
  const log = await PartitionLog.open(directory, logOptions(overrides));
  opened.push(log);
  return log;
}

export const text = (value: string, extra?: Partial<OutgoingMessage>): OutgoingMessage => ({
  key: null,
  value: Buffer.from(value),
  ...extra,
});

/** Everything that a log holds: offset, key and value. */
export async function contents(
  log: PartitionLog,
  from = log.startOffset,
  maxBytes = 10_000,
): Promise<[number, string | null, string | null][]> {
  const found: [number, string | null, string | null][] = [];
  let slice = await log.read(from, maxBytes);
  while (slice !== null) {
    for (const { offset, key, value } of decodeMessages(slice.bytes, 't', 0)) {
      found.push([offset, key, value === null ? null : Buffer.from(value).toString()]);
    }
    slice = await log.read(slice.nextOffset, maxBytes, slice.cursor);
  }
  return found;
}

export const valuesOf = async (log: PartitionLog): Promise<(string | null)[]> =>
  (await contents(log)).map(([, , value]) => value);
