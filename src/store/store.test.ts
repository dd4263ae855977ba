import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deduplicationToken, encodeBlock } from './block.js';
import { migrate } from './migrate.js';
import { eventsBetween, groupShares, latestLevels, sensorCounts } from './queries.js';
import { applyRetention } from './retention.js';
import { schemaDifferences } from './schema-check.js';
import { rollupDifferences, storeStatus } from './status.js';
import { assignments, events, levels, stageMetrics } from './tables/index.js';
import { assignmentRow, eventRow, levelRow, range } from './testing/sample-rows.js';
import { openTestStore, readText, type TestStore } from './testing/test-store.js';

const ROWS = 1200;
const ALWAYS = { fromUs: 0, toUs: 4_000_000_000_000_000 };

let test: TestStore;

beforeAll(async () => {
  test = await openTestStore();
  await migrate(test.store);
  await test.store.insertBlock(levels, range(levelRow, 0, ROWS), 'levels-1');
  await test.store.insertBlock(events, range(eventRow, 0, 100), 'events-1');
  await test.store.insertBlock(assignments, range(assignmentRow, 0, 100), 'assignments-1');
});

afterAll(() => test.dispose());

async function count(table: string): Promise<number> {
  const rows = await test.store.query<{ n: number }>(`SELECT count() AS n FROM ${table}`);
  return rows[0]!.n;
}

describe('the schema', () => {
  it('is what the definitions say, column by column', async () => {
    expect(await schemaDifferences(test.store)).toEqual([]);
  });

  it('has a comment on every column of every table and view', async () => {
    const bare = await readText(
      test.store,
      `SELECT table, name FROM system.columns WHERE database = '${test.store.database}' AND comment = ''`,
    );
    expect(bare).toBe('');
  });

  it('is left alone by a second migration', async () => {
    expect(await migrate(test.store)).toEqual({ applied: [], version: 4 });
  });

  it('comes out the same when two processes migrate at once', async () => {
    const other = await openTestStoreBeside(test, 'two_at_once');
    await Promise.all([migrate(other), migrate(other)]);
    expect(await schemaDifferences(other)).toEqual([]);
    await other.command('DROP DATABASE two_at_once');
  });

  it('of a newer version is refused, and not touched', async () => {
    await expect(migrate(test.store, { migrations: [] })).rejects.toMatchObject({
      code: 'STORE_SCHEMA_NEWER',
    });
  });

  it('keeps rows as long as it is told, and as the default says when it is told no more', async () => {
    const { store } = test;
    const ttl = (table: string) =>
      readText(
        store,
        `SELECT extract(engine_full, 'toIntervalDay\\\\((\\\\d+)\\\\)') FROM system.tables WHERE database = '${store.database}' AND name = '${table}'`,
      );
    await applyRetention(store, { levels: 7, levels_1m: 30 });
    expect([await ttl('levels'), await ttl('levels_1m_data')]).toEqual(['7\n', '30\n']);
    await applyRetention(store, {});
    expect([await ttl('levels'), await ttl('levels_1m_data')]).toEqual(['90\n', '400\n']);
    await expect(applyRetention(store, { level: 7 })).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
    await expect(applyRetention(store, { levels: 0 })).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });
});

async function openTestStoreBeside(beside: TestStore, database: string) {
  const { connectStore } = await import('./client.js');
  return connectStore({ ...beside.store.address, database });
}

describe('a block', () => {
  it('is read back as it was written, to the last bit', async () => {
    const [row] = await test.store.query<Record<string, unknown>>(
      'SELECT * EXCEPT ingested_at, toUnixTimestamp64Micro(time) AS us FROM levels WHERE source_offset = 11',
    );
    const { record } = levelRow(11);
    expect(row).toMatchObject({
      sensor: 'mic-3',
      us: record.timeUs,
      stream_id: 'stream-1',
      silent: false,
      calibrated: true,
      clipped_samples: 2,
      band_hz: [1000],
      source_partition: 0,
      source_index: 0,
    });
    expect(Math.fround(row!.laeq_db as number)).toBe(Math.fround(record.laeqDb!));
  });

  it('keeps strings of any length and content', async () => {
    const long = `${'\n\n; DROP TABLE levels --'.repeat(20)}\u0000é😀'"\\`;
    const metric = { timeMs: 0, stage: long, instance: '\n', metric: 'x'.repeat(300), value: 1 };
    await test.store.insertBlock(stageMetrics, [{ ...metric, labels: [['a', long]] }], 'strings');
    const rows = await test.store.query(
      'SELECT stage, instance, metric, label_name, label_value FROM stage_metrics WHERE time = 0',
    );
    expect(rows).toEqual([
      { stage: long, instance: '\n', metric: 'x'.repeat(300), label_name: ['a'], label_value: [long] },
    ]);
  });

  it('that is sent again counts once, in the table and in its rollups', async () => {
    const before = await readText(test.store, 'SELECT * FROM levels_1m ORDER BY ALL');
    await test.store.insertBlock(levels, range(levelRow, 0, ROWS), 'levels-1');
    expect(await count('levels')).toBe(ROWS);
    expect(await readText(test.store, 'SELECT * FROM levels_1m ORDER BY ALL')).toBe(before);
    expect(await rollupDifferences(test.store)).toEqual([]);
  });

  it('with a value that does not fit says where, before anything is sent', () => {
    const row = levelRow(5);
    const bad = { ...row, record: { ...row.record, laeqDb: Number.NEGATIVE_INFINITY } };
    expect(() => encodeBlock(levels, [levelRow(4), bad])).toThrow(
      'Row 1 does not fit levels.laeq_db: -Infinity is not a finite number.',
    );
  });

  it('for a table that is not there is rejected for good', async () => {
    const block = { ...encodeBlock(levels, [levelRow(0)]), table: 'nowhere' };
    await expect(test.store.insert(block, 'x')).rejects.toMatchObject({ code: 'STORE_REJECTED' });
  });

  it('that the disk has no room for can be sent again later', async () => {
    const { store } = test;
    const setting = (bytes: number) =>
      store.command(
        `ALTER TABLE ${store.database}.models MODIFY SETTING min_free_disk_bytes_to_perform_insert = ${bytes}`,
      );
    const { models } = await import('./tables/index.js');
    const row = {
      source: { partition: 0, offset: 0, index: 0 },
      record: {
        method: 'noise',
        entity: '',
        sequence: 1,
        version: 'v1',
        state: 'promoted',
        activeFromUs: 0,
        createdUs: 0,
        kind: 'kmeans',
        uri: 'noise/v1',
        cardSha256: 'ab',
        parentVersion: null,
        groups: 3,
        seen: [{ topic: 'features.noise', partition: 0, offset: 12 }],
        reason: 'first',
      },
    } as const;
    await setting(2 ** 50);
    await expect(store.insertBlock(models, [row], 'model-1')).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await count('models')).toBe(0);
    await setting(0);
    await store.insertBlock(models, [row], 'model-1');
    expect(await count('models')).toBe(1);
  });

  it('has a token of its own for each place and content', () => {
    const origin = { incarnation: 'abc', partition: 3, firstOffset: 10, lastOffset: 19 };
    const token = (rows: number, change = {}) =>
      deduplicationToken({ ...origin, ...change }, encodeBlock(levels, range(levelRow, 0, rows)));
    expect(token(2)).toBe(token(2));
    expect(token(2)).toMatch(/^abc-3-10-19-[0-9a-f]{32}$/);
    expect(new Set([token(2), token(3), token(2, { partition: 4 }), token(2, { lastOffset: 20 })]).size).toBe(
      4,
    );
  });
});

describe('rollups', () => {
  it('average energy over what is not silent, not decibels', async () => {
    const [row] = await test.store.query<Record<string, number>>(
      "SELECT * FROM levels_1h WHERE sensor = 'mic-1' ORDER BY time LIMIT 1",
    );
    const sounding = range(levelRow, 0, ROWS)
      .filter(({ record }) => record.sensor === 'mic-1' && record.laeqDb !== null)
      .map(({ record }) => Math.fround(record.laeqDb!));
    const energy = sounding.reduce((sum, level) => sum + 10 ** (level / 10), 0) / sounding.length;
    expect(row!.laeq_db).toBeCloseTo(10 * Math.log10(energy), 9);
    expect(row!.lafmax_db).toBeCloseTo(Math.max(...sounding) + 3, 4);
    expect(row!.duration_secs).toBe(ROWS / 4);
    expect(row!.silent_secs).toBe(ROWS / 4 - sounding.length);
    const sorted = sounding.toSorted((a, b) => a - b);
    expect(row!.l90_db).toBeCloseTo(sorted[Math.ceil(sorted.length * 0.1) - 1]!, 1);
    expect(row!.l10_db).toBeCloseTo(sorted[Math.ceil(sorted.length * 0.9) - 1]!, 1);
  });

  it('count the same per hour as per minute', async () => {
    const sums = (view: string) =>
      readText(
        test.store,
        `SELECT sensor, sum(row_count), sum(clipped_samples) FROM ${view} GROUP BY sensor ORDER BY sensor`,
      );
    expect(await sums('levels_1h')).toBe(await sums('levels_1m'));
    expect(await rollupDifferences(test.store)).toEqual([]);
  });
});

describe('the queries', () => {
  it('give the newest levels of each sensor', async () => {
    const rows = await latestLevels(test.store);
    expect(rows.map(row => row.sensor)).toEqual(['mic-0', 'mic-1', 'mic-2', 'mic-3']);
    expect(rows[3]).toMatchObject({ timeUs: levelRow(ROWS - 1).record.timeUs, laeqDb: null, silent: true });
  });

  it('give events with their group, the newest first', async () => {
    const rows = await eventsBetween(test.store, ALWAYS, { limit: 3 });
    expect(rows.map(row => row.id)).toEqual(['event-99', 'event-98', 'event-97']);
    expect(rows[0]).toMatchObject({
      sensor: 'mic-3',
      group: 0,
      novel: false,
      modelVersion: 'v1',
      laeqDb: 70,
    });
    const ofSensor = await eventsBetween(test.store, ALWAYS, { sensor: 'mic-2' });
    expect(new Set(ofSensor.map(row => row.sensor))).toEqual(new Set(['mic-2']));
  });

  it('give the share of each group', async () => {
    const shares = await groupShares(test.store, ALWAYS);
    expect(shares.reduce((sum, { events: n }) => sum + n, 0)).toBe(100);
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(shares.find(({ group }) => group === null)).toMatchObject({ events: 10, novel: 10 });
  });

  it('sum up each sensor', async () => {
    const rows = await sensorCounts(test.store);
    expect(rows[0]).toMatchObject({ sensor: 'mic-0', events: 25, novelEvents: 5 });
    expect(rows.reduce((sum, row) => sum + row.soundSecs + row.silentSecs, 0)).toBe(ROWS);
  });

  it('tell the state of the store', async () => {
    const status = await storeStatus(test.store);
    expect(status).toMatchObject({ schemaVersion: 4, database: test.store.database });
    expect(status.tables.find(({ table }) => table === 'events')?.rows).toBe(100);
  });

  it('that fail say why', async () => {
    await expect(test.store.query('SELEC 1')).rejects.toMatchObject({ code: 'STORE_QUERY_FAILED' });
    await expect(test.store.query('SELECT * FROM nowhere')).rejects.toThrow(/nowhere/);
    const write = test.store.read(`TRUNCATE TABLE ${test.store.database}.events`, { mayWrite: false });
    await expect(write[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'STORE_QUERY_FAILED' });
  });

  it('that fail after the first rows give those, and the reason as an error', async () => {
    const pieces: Uint8Array[] = [];
    const readAll = async () => {
      // Block by block, so slowly that rows are out before the error comes.
      const sql =
        "SELECT throwIf(number = 250000, 'too far') FROM numbers(300000) WHERE sleep(0.05) = 0 SETTINGS max_threads = 1";
      for await (const piece of test.store.read(sql, { format: 'TabSeparated' })) pieces.push(piece);
    };
    await expect(readAll()).rejects.toMatchObject({
      code: 'STORE_QUERY_FAILED',
      message: expect.stringContaining('too far') as string,
    });
    expect(Buffer.concat(pieces).toString('utf8')).toMatch(/^(0\n)+$/);
  });

  it('end when they are aborted', async () => {
    const signal = AbortSignal.timeout(100);
    await expect(
      test.store.query('SELECT count() FROM numbers(100000000000)', { signal }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
