import { expect } from 'vitest';
import type { Broker, Commit, TopicPartition } from '../../src/broker/port.js';
import { decodeCheckpoint } from '../../src/stream/checkpoint.js';
import { readTopic } from '../support/read-topic.js';

/** A moment inside a call, as `die-at.mjs` describes it. */
export interface Moment {
  readonly inside: 'insert' | 'commit' | 'send';
  readonly when: 'before' | 'sent' | 'answered';
  readonly of: string;
  readonly nth: number;
}

/** What a process wrote down before it killed itself in a call. */
export type Note = {
  readonly reached: Moment['when'];
  readonly about:
    | { readonly token: string }
    | (TopicPartition & { readonly group: string; readonly commit: Commit })
    | { readonly origin: string };
};

/**
 * Checks that a process died where it was meant to: by its own note, and by what the log holds of the call.
 * @param storeGroup the consumer group of the stage that inserts
 */
export async function expectDiedInside(
  moment: Moment,
  note: Note | null,
  broker: Broker,
  storeGroup: string,
): Promise<void> {
  const place = JSON.stringify({ moment, note });
  expect(note?.reached, place).toBe(moment.when);
  const { about } = note!;
  if ('token' in about) {
    // Its block is planned still: whoever comes next must send it again.
    const [, partition, , last] = /-(\d+)-(\d+)-(\d+)-\w+$/.exec(about.token)!;
    expect(await plannedBlocks(broker, storeGroup), place).toContainEqual([Number(partition), Number(last)]);
  } else if ('commit' in about) {
    const commits = await broker.admin.groupCommits(about.group, about.topic);
    const durable = commits.get(about.partition);
    // Whether one that was on its way came through is nobody's promise.
    if (moment.when === 'before') expect(durable, place).not.toEqual(about.commit);
    if (moment.when === 'answered') expect(durable, place).toEqual(about.commit);
  } else {
    const origins: string[] = [];
    await readTopic(broker, moment.of, ({ headers }) =>
      origins.push(Buffer.from(headers.origin!).toString()),
    );
    expect(origins, place).toContain(about.origin);
  }
}

/** Blocks that a group has planned and not yet ticked off: partition and last offset. */
async function plannedBlocks({ admin }: Broker, group: string): Promise<[partition: number, last: number][]> {
  const blocks: [number, number][] = [];
  for (const topic of await admin.listTopics()) {
    for (const [partition, { offset, metadata }] of await admin.groupCommits(group, topic)) {
      const { plannedLast } = decodeCheckpoint(offset, metadata);
      if (plannedLast !== null) blocks.push([partition, plannedLast]);
    }
  }
  return blocks;
}
