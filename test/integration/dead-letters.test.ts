import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../src/broker/port.js';
import { codec } from '../../src/records/codec.js';
import type { RunningTopology } from '../../src/topology/running.js';
import { dumpTables } from '../support/dump-tables.js';
import { GARBAGE, NO_KEY, plantLog } from '../support/plant-log.js';
import { readTopic } from '../support/read-topic.js';
import { dataDirectories, running, sendAll, start, untilCaughtUp } from '../support/running.js';

const STAGES = ['listen', 'store'];

describe('messages that can never be processed', () => {
  const directory = dataDirectories('file');
  let topology: RunningTopology;

  beforeAll(async () => {
    topology = await start({ dataDir: await directory() }, { stages: STAGES });
    await sendAll(topology.broker, 'audio.raw', plantLog());
    await untilCaughtUp(topology);
  });
  afterAll(() => topology.stop());

  it('are in the dead-letter topic, with code and bytes', async () => {
    const found = new Map<string, { code: string; value: Uint8Array }>();
    await readTopic(topology.broker, 'audio.raw.dead-letter', (message: Message) => {
      const letter = codec('dead-letter').decode(message.value!);
      found.set(letter.originalKey ?? NO_KEY, { code: letter.errorCode, value: letter.originalValue! });
    });
    expect([...found.keys()].sort()).toEqual([...GARBAGE.keys()].sort());
    for (const [key, { code, value }] of GARBAGE) {
      expect(found.get(key)!.code, key).toBe(code);
      expect(Buffer.from(found.get(key)!.value).equals(value), key).toBe(true);
    }
  });

  it('are in the table, with code and bytes, and can be traced to their place in the log', async () => {
    const rows = await topology.store.query<{ key: string; code: string; value: string; stage: string }>(
      `SELECT ifNull(key, '${NO_KEY}') AS key, error_code AS code, hex(value) AS value, stage FROM dead_letters WHERE topic = 'audio.raw' ORDER BY key`,
    );
    const expected = [...GARBAGE].map(([key, { code, value }]) => ({
      key,
      code,
      value: Buffer.from(value).toString('hex').toUpperCase(),
      stage: 'listen',
    }));
    expect(rows).toEqual(expected.sort((a, b) => (a.key < b.key ? -1 : 1)));
  });

  it('cost nothing else: all other rows are those of a log without them', async () => {
    const clean = await running(
      { dataDir: await directory() },
      async other => {
        await sendAll(other.broker, 'audio.raw', plantLog({ withGarbage: false }));
        await untilCaughtUp(other);
        return dumpTables(other.store);
      },
      { stages: STAGES },
    );
    const { dead_letters, ...rest } = await dumpTables(topology.store);
    expect(dead_letters).toHaveLength(GARBAGE.size + 1);
    expect({ ...rest, dead_letters: clean.dead_letters }).toEqual(clean);
  });
});
