import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeBlock } from './block.js';
import { migrate } from './migrate.js';
import { type OpenStore, openStore } from './open.js';
import { rollupDifferences } from './status.js';
import { events, levels } from './tables/index.js';
import { eventRow, levelRow, range } from './testing/sample-rows.js';
import { readText, temporaryDirectory } from './testing/test-store.js';

/*
 * A block that is sent again after a crash counts once, in its table and in the rollups: the promise of
 * docs/decisions/0005-exactly-once-in-the-store.md. The engine is killed for real, so this needs the embedded store.
 */

const KILLS = 21;
const ROWS_A_BLOCK = 200;
const SEED = 20260101;

const directories: string[] = [];
let template = '';

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = temporaryDirectory();
  directories.push(directory);
  return directory;
}

function open(directory: string): Promise<OpenStore> {
  return openStore({ type: 'embedded', directory, restartAfterMs: 1 });
}

/** A store with empty tables: a copy of one that was migrated once. */
async function openNew(): Promise<{ store: OpenStore; directory: string }> {
  if (template === '') {
    template = newDirectory();
    const store = await open(template);
    await migrate(store);
    await store.close();
  }
  const directory = newDirectory();
  cpSync(template, directory, { recursive: true });
  return { store: await open(directory), directory };
}

/** Blocks of two kinds, each with the token that it is sent under. */
const BLOCKS = Array.from({ length: KILLS }, (_, i) => ({
  token: `test-0-${i}`,
  block:
    i % 3 === 2
      ? encodeBlock(events, range(eventRow, i * ROWS_A_BLOCK, (i + 1) * ROWS_A_BLOCK))
      : encodeBlock(levels, range(levelRow, i * ROWS_A_BLOCK, (i + 1) * ROWS_A_BLOCK)),
}));

/** Everything that is stored, but for the time of its coming in. */
async function snapshot(store: OpenStore): Promise<Record<string, string>> {
  const tables = ['levels', 'events', 'levels_1m', 'levels_1h', 'events_1m', 'events_1h'];
  const texts = await Promise.all(
    tables.map(async table => {
      const columns = table.includes('_') ? '*' : '* EXCEPT ingested_at';
      return [table, await readText(store, `SELECT ${columns} FROM ${table} ORDER BY ALL`)] as const;
    }),
  );
  return Object.fromEntries(texts);
}

/** Pseudo-random numbers from 0 to 1, the same in each run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const later = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** Sends a block again and again until it is acknowledged, as the sink does. */
async function insertUntilDone(store: OpenStore, { block, token }: (typeof BLOCKS)[number]): Promise<void> {
  for (;;) {
    try {
      return await store.insert(block, token);
    } catch (error) {
      expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await later(10);
    }
  }
}

async function undisturbed(): Promise<{ expected: Record<string, string>; insertMs: number }> {
  const { store } = await openNew();
  const startMs = performance.now();
  for (const { block, token } of BLOCKS) await store.insert(block, token);
  const insertMs = (performance.now() - startMs) / BLOCKS.length;
  const expected = await snapshot(store);
  await store.close();
  return { expected, insertMs };
}

describe('blocks that are sent again after the engine was killed', () => {
  it(`are stored once, after ${KILLS} kills at random moments inside inserts`, async () => {
    const { expected, insertMs } = await undisturbed();
    const random = randomNumbers(SEED);
    const { store } = await openNew();
    let broken = 0;
    for (const block of BLOCKS) {
      const sent = store.insert(block.block, block.token).catch(() => {
        broken += 1;
      });
      await later(random() * insertMs);
      const pid = store.pid();
      if (pid !== null) process.kill(pid, 'SIGKILL');
      await sent;
      await insertUntilDone(store, block);
    }
    expect(broken).toBeGreaterThan(KILLS / 3);
    expect(await snapshot(store)).toEqual(expected);
    expect(await rollupDifferences(store)).toEqual([]);
    await store.close();
  }, 180_000);

  // ClickHouse notes a block's token before it puts the block's part in place. Killed between the two, it would take
  // the block for a duplicate when it is sent again: the rows were lost, of the table or of one rollup.
  it.each(['levels', 'levels_1m_data'])(
    'are not lost when the kill fell between note and part of %s',
    async table => {
      const { store, directory } = await openNew();
      for (const { block, token } of BLOCKS.slice(0, 2)) await store.insert(block, token);
      const expected = await snapshot(store);
      const [part] = await store.query<{ path: string }>(
        `SELECT path FROM system.parts WHERE active AND database = 'plantsense' AND table = '${table}' ORDER BY modification_time DESC, name DESC LIMIT 1`,
      );
      process.kill(store.pid()!, 'SIGKILL');
      await store.close();
      rmSync(part!.path, { recursive: true });

      const messages: string[] = [];
      const again = await openStore({
        type: 'embedded',
        directory,
        log: (_level, message) => messages.push(message),
      });
      expect(await snapshot(again)).not.toEqual(expected);
      for (const { block, token } of BLOCKS.slice(0, 2)) await again.insert(block, token);
      expect(await snapshot(again)).toEqual(expected);
      expect(messages.join()).toContain('Struck out 1 notes');
      await again.close();
    },
  );

  it('are known in spite of a log whose last line was torn by a full disk', async () => {
    const { store, directory } = await openNew();
    await store.insert(BLOCKS[0]!.block, BLOCKS[0]!.token);
    const [{ path } = { path: '' }] = await store.query<{ path: string }>(
      "SELECT data_paths[1] AS path FROM system.tables WHERE database = 'plantsense' AND name = 'levels'",
    );
    process.kill(store.pid()!, 'SIGKILL');
    await store.close();
    const logs = join(path, 'deduplication_logs');
    appendFileSync(join(logs, readdirSync(logs)[0]!), '1\t20260101_9');

    const again = await open(directory);
    for (const { block, token } of BLOCKS.slice(0, 2)) await again.insert(block, token);
    const expected = await snapshot(again);
    process.kill(again.pid()!, 'SIGKILL');
    await again.close();
    const third = await open(directory);
    for (const { block, token } of BLOCKS.slice(0, 2)) await third.insert(block, token);
    expect(await snapshot(third)).toEqual(expected);
    await third.close();
    expect(readFileSync(join(logs, readdirSync(logs)[0]!), 'utf8')).not.toContain('20260101_9\n');
  });
});
