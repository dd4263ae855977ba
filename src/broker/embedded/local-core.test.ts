import { cp, mkdir, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../conformance/eventually.js';
import { numbered, readTopic, send, values } from '../conformance/messages.js';
import { CoreBroker } from './core-broker.js';
import { LocalCore, type LocalCoreOptions } from './local-core.js';
import { scratchDirectories } from './testing/scratch.js';

describe('LocalCore', () => {
  const scratch = scratchDirectories();
  const cores: LocalCore[] = [];
  afterEach(async () => {
    for (const core of cores.splice(0)) await core.close(true);
  });
  const open = async (directory: string, options?: LocalCoreOptions) => {
    const core = await LocalCore.open(directory, options);
    cores.push(core);
    return core;
  };

  it.each(['always', 'interval', 'never'] as const)(
    'keeps what it acknowledged with fsync %s',
    async fsync => {
      const directory = await scratch();
      const core = await open(directory, { fsync, fsyncIntervalMs: 5, segmentBytes: 1_000 });
      await core.createTopic('t', { partitions: 2 });
      for (let i = 0; i < 50; i++) await send(new CoreBroker(core), 't', numbered(1, i % 2, i));
      await core.close(true);
      const read = await readTopic(new CoreBroker(await open(directory)), 't');
      expect(read.map(messages => messages.length)).toEqual([25, 25]);
    },
  );

  it('leaves nothing running when it can not be opened', async () => {
    const directory = await scratch();
    await (await open(directory)).close();
    // Remembering the machine's start, the last step, fails.
    await mkdir(join(directory, 'boot.tmp'));
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await expect(open(directory)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('refuses a copy of a topic among the topics: two logs would write the same files', async () => {
    const directory = await scratch();
    const core = await open(directory);
    await core.createTopic('t', { partitions: 1 });
    await core.close();
    await cp(join(directory, 'topics/t'), join(directory, 'topics/t.bak'), { recursive: true });
    await expect(open(directory)).rejects.toMatchObject({
      code: 'DATA_DIR_CORRUPT',
      message: expect.stringContaining('t.bak/topic.json'),
    });
  });

  it('cleans up by itself: retention and compaction', async () => {
    let nowMs = 1_000;
    const core = await open(await scratch(), { segmentBytes: 2_000, upkeepIntervalMs: 10, now: () => nowMs });
    await core.createTopic('old', { partitions: 1, retentionMs: 60_000 });
    await core.createTopic('small', { partitions: 1, retentionBytes: 3_000 });
    await core.createTopic('compact', { partitions: 1, cleanupPolicy: 'compact' });
    const broker = new CoreBroker(core);
    await send(broker, 'old', numbered(10));
    for (let i = 0; i < 200; i++)
      await send(broker, 'compact', [{ key: 'k', value: Buffer.from(String(i)) }]);
    nowMs = 70_000;
    await eventually('retention', async () => (await core.offsets('old'))[0]!.earliest === 10);
    await eventually('compaction', async () => (await readTopic(broker, 'compact'))[0]!.length < 60);
    expect(values((await readTopic(broker, 'compact'))[0]!).at(-1)).toBe('199');
    expect(await core.offsets('compact')).toEqual([{ partition: 0, earliest: 0, latest: 200 }]);
  });

  it('drops tombstones only after a day, and never the last message', async () => {
    let nowMs = 0;
    const core = await open(await scratch(), { now: () => nowMs });
    await core.createTopic('t', { partitions: 1, cleanupPolicy: 'compact' });
    const broker = new CoreBroker(core);
    const read = async () => (await readTopic(broker, 't'))[0]!.map(m => [m.offset, m.key]);
    const kill = (key: string) => send(broker, 't', [{ key, value: null }]);
    await send(broker, 't', [{ key: 'a', value: Buffer.from('v') }]);
    await kill('a');
    await kill('b');
    await core.compact('t');
    expect(await read()).toEqual([[1, 'a'], [2, 'b']]); // biome-ignore format: a table
    nowMs = 24 * 3_600_000 + 1;
    await core.compact('t');
    expect(await read()).toEqual([[2, 'b']]);
    expect(await core.offsets('t')).toEqual([{ partition: 0, earliest: 0, latest: 3 }]);
  });

  it('goes on without a gap when it was closed in order or only the process died', async () => {
    const directory = await scratch();
    const offsets: number[] = [];
    for (const [boot, died] of [
      ['first', false],
      ['second', false],
      ['third', true],
      ['third', false],
    ] as const) {
      const core = await open(directory, { boot });
      await core.createTopic('t', { partitions: 1 });
      await send(new CoreBroker(core), 't', numbered(2));
      offsets.push((await core.offsets('t'))[0]!.latest);
      await core.close(died);
    }
    expect(offsets).toEqual([2, 4, 6, 8]);
  });

  it('never gives an offset twice, however often the power is cut', async () => {
    const directory = await scratch();
    const given = new Set<number>();
    for (const boot of ['a', 'b', 'c', 'd']) {
      const core = await open(directory, { boot, fsync: 'never', segmentBytes: 200 });
      await core.createTopic('t', { partitions: 1 });
      const read = await core.read(
        { topic: 't', partition: 0, offset: 0, maxBytes: 1e6 },
        AbortSignal.timeout(5),
      );
      expect(read === null).toBe(given.size === 0);
      await send(new CoreBroker(core), 't', numbered(5));
      for (const m of (await readTopic(new CoreBroker(core), 't'))[0]!.slice(-5)) {
        expect(given.has(m.offset)).toBe(false);
        given.add(m.offset);
      }
      await core.close(true);
      const logs = (await readdir(join(directory, 'topics/t/0')))
        .filter(name => name.endsWith('.log'))
        .sort();
      const last = join(directory, 'topics/t/0', logs.at(-1)!);
      await truncate(last, Math.max(0, (await stat(last)).size - 60));
    }
  });

  it('ends waiting readers when a topic is deleted, and when it is closed itself', async () => {
    const core = await open(await scratch());
    for (const topic of ['a', 'b']) await core.createTopic(topic, { partitions: 1 });
    const never = new AbortController().signal;
    const wait = (topic: string) => core.read({ topic, partition: 0, offset: 0, maxBytes: 1 }, never);
    const [a, b] = [wait('a'), wait('b')].map(waiting => waiting.catch(error => error.code));
    await core.deleteTopic('a');
    expect(await a).toBe('TOPIC_NOT_FOUND');
    await core.close();
    expect(await b).toBe('BROKER_UNAVAILABLE');
    await expect(core.offsets('b')).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  });

  it('removes what a death in the middle of creating or deleting a topic left', async () => {
    const directory = await scratch();
    for (const path of ['new/half', 'trash/gone/0']) {
      await mkdir(join(directory, path), { recursive: true });
      await writeFile(join(directory, path, 'file'), 'x');
    }
    const core = await open(directory);
    expect(await core.listTopics()).toEqual([]);
    expect((await readdir(directory)).sort()).toEqual(['boot', 'commits', 'topics']);
  });

  it('names a topic description that is none', async () => {
    const directory = await scratch();
    await mkdir(join(directory, 'topics', 't'), { recursive: true });
    await writeFile(join(directory, 'topics', 't', 'topic.json'), '{"name":"t"}');
    await expect(LocalCore.open(directory)).rejects.toMatchObject({
      code: 'DATA_DIR_CORRUPT',
      message: expect.stringContaining('topic.json'),
    });
  });

  it.each([
    ['', {}],
    ['a/b', {}],
    ['..', {}],
    ['ümlaut', {}],
    ['t', { partitions: 0 }],
    ['t', { partitions: 1.5 }],
    ['t', { retentionMs: -1 }],
    ['t', { maxMessageBytes: 2 ** 40 }],
  ])('refuses topic "%s" with %j', async (topic, config) => {
    const core = await open(await scratch());
    await expect(async () => core.createTopic(topic, { partitions: 1, ...config })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
  });

  it('refuses a message without a key where it would compact', async () => {
    const core = await open(await scratch());
    await core.createTopic('t', { partitions: 1, cleanupPolicy: 'compact' });
    await expect(core.append('t', numbered(1))).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });
});
