import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../conformance/eventually.js';
import { Member } from '../conformance/member.js';
import { numbered, readTopic, send, values } from '../conformance/messages.js';
import type { Grant, MemberEvents } from './core.js';
import { CoreBroker } from './core-broker.js';
import { LocalCore, type LocalCoreOptions } from './local-core.js';
import { segmentName, writeAt } from './log-segment.js';
import { scratchDirectories } from './testing/scratch.js';

/** What the conformance kit can't see from outside. */
describe('groups', () => {
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
  const start = async (partitions: number) => {
    const core = await open(await scratch());
    await core.createTopic('t', { partitions });
    return { core, broker: new CoreBroker(core) };
  };
  const options = { group: 'g', topics: ['t'] };
  const request = {
    ...options,
    sessionTimeoutMs: 1_000,
    drainDeadlineMs: 1_000,
    startFrom: 'earliest',
  } as const;
  const quiet: MemberEvents = { assigned() {}, revoke: async () => {}, lost() {}, failed() {} };

  it('only move what has to move: the others go on', async () => {
    const { broker } = await start(4);
    const first = await Member.join(broker, options, { fetches: false });
    await eventually('all', () => first.partitions.length === 4);
    const second = await Member.join(broker, options, { fetches: false });
    await eventually('two each', () => second.partitions.length === 2);
    expect(first.partitions).toHaveLength(2);
    for (const kept of first.partitions) {
      expect(kept.generation).toBe(1);
      await kept.commit({ offset: 0, metadata: 'same generation' });
    }
    expect(second.partitions.map(p => p.generation)).toEqual([2, 2]);
  });

  it('give nothing to a member that began to leave meanwhile: nobody would ever get it back', async () => {
    const { core } = await start(1);
    const given: Grant[] = [];
    const slow: MemberEvents = {
      ...quiet,
      assigned: grants => given.push(...grants),
      revoke: () => new Promise(resolve => setTimeout(resolve, 50)),
    };
    const leaver = await core.join(request, slow);
    await eventually('assigned', () => given.length === 1);
    await core.alterTopic('t', { partitions: 2 });
    // The new partition's generation is being saved.
    await leaver.leave();
    expect(given).toHaveLength(1);
    const heir = await Member.join(new CoreBroker(core), options, { fetches: false });
    await eventually('both', () => heir.partitions.length === 2);
  });

  it('give nothing of a topic that was made anew meanwhile', async () => {
    let remake = async () => {};
    const core = await open(await scratch(), {
      write: async (file, bytes, position) => {
        await remake();
        await writeAt(file, bytes, position);
      },
    });
    await core.createTopic('t', { partitions: 1 });
    remake = async () => {
      remake = async () => {};
      await core.deleteTopic('t');
      await core.createTopic('t', { partitions: 1 });
    };
    const given: Grant[] = [];
    await core.join(request, { ...quiet, assigned: grants => given.push(...grants) });
    await eventually('assigned', () => given.length > 0);
    expect(given.map(({ incarnation }) => incarnation)).toEqual([
      (await core.describeTopic('t'))!.incarnation,
    ]);
  });

  it('count generations on after the broker died', async () => {
    const directory = await scratch();
    const generations: number[] = [];
    for (let life = 0; life < 3; life++) {
      const core = await open(directory);
      await core.createTopic('t', { partitions: 1 });
      const member = await Member.join(new CoreBroker(core), options, { fetches: false });
      await eventually('assigned', () => member.partitions.length === 1);
      generations.push(member.get(0).generation);
      await core.close(true);
    }
    expect(generations).toEqual([1, 2, 3]);
  });

  it('lose the partitions of a topic that is deleted, and get them when it is made again', async () => {
    const { core, broker } = await start(2);
    const member = await Member.join(broker, options);
    await eventually('assigned', () => member.partitions.length === 2);
    const old = member.get(0);
    await core.deleteTopic('t');
    await eventually('lost', () => member.partitions.length === 0);
    await expect(old.commit({ offset: 1, metadata: '' })).rejects.toMatchObject({ code: 'COMMIT_FENCED' });

    await core.createTopic('t', { partitions: 1 });
    await eventually('assigned anew', () => member.partitions.length === 1);
    expect(member.get(0).incarnation).not.toBe(old.incarnation);
    expect(member.get(0).committed).toBeNull();
    await send(broker, 't', numbered(3));
    await eventually('read', () => member.received.length === 3);
  });

  it('give the next owner a commit that was being saved when the last one was fenced', async () => {
    let slow = false;
    const core = await open(await scratch(), {
      write: async (file, bytes, position) => {
        if (slow) await new Promise(resolve => setTimeout(resolve, 30));
        await file.write(bytes, 0, bytes.length, position);
      },
    });
    await core.createTopic('t', { partitions: 1 });
    const granted: Grant[] = [];
    const events = { ...quiet, assigned: (grants: readonly Grant[]) => void granted.push(...grants) };
    const first = await core.join(request, events);
    await eventually('assigned', () => granted.length === 1);
    await core.join(request, events);

    slow = true;
    const { member, generation } = granted[0]!;
    const committing = core.commit({ group: 'g', member, generation }, granted[0]!, {
      offset: 9,
      metadata: 'late',
    });
    first.abandon();
    await eventually('assigned to the second', () => granted.length === 2);
    expect(granted[1]!.committed).toEqual({ offset: 9, metadata: 'late' });
    await committing;
  });

  it('end a wait with COMMIT_FENCED when the member is evicted', async () => {
    const { core } = await start(1);
    const granted: Grant[] = [];
    const membership = await core.join(request, { ...quiet, assigned: g => void granted.push(...g) });
    await eventually('assigned', () => granted.length === 1);
    const { member, generation } = granted[0]!;
    const owner = { group: 'g', member, generation };
    const waiting = core.read(
      { topic: 't', partition: 0, offset: 0, maxBytes: 10, owner },
      new AbortController().signal,
    );
    membership.abandon();
    await expect(waiting).rejects.toMatchObject({ code: 'COMMIT_FENCED' });
  });

  it('fence a member that never answers at its deadline, and leave its successor alone when it does', async () => {
    const { core } = await start(1);
    const granted: Grant[] = [];
    let answer = () => {};
    const stuck = new Promise<void>(resolve => {
      answer = resolve;
    });
    const assigned = (grants: readonly Grant[]) => void granted.push(...grants);
    const first = await core.join(
      { ...request, drainDeadlineMs: 50 },
      { ...quiet, assigned, revoke: () => stuck },
    );
    await eventually('assigned', () => granted.length === 1);
    void first.leave();
    await core.join(request, { ...quiet, assigned });
    await eventually('assigned to the second', () => granted.length === 2);
    const [old, current] = granted.map(({ member, generation }) => ({ group: 'g', member, generation }));
    await expect(core.commit(old!, granted[0]!, { offset: 1, metadata: '' })).rejects.toMatchObject({
      code: 'COMMIT_FENCED',
    });
    answer();
    await new Promise(setImmediate);
    await core.commit(current!, granted[1]!, { offset: 1, metadata: '' });
  });

  it('leave a partition with its new owner when the old one, long evicted, has drained', async () => {
    const { core } = await start(1);
    const granted: Grant[] = [];
    let answer = () => {};
    const drained = new Promise<void>(resolve => {
      answer = resolve;
    });
    const assigned = (grants: readonly Grant[]) => void granted.push(...grants);
    const first = await core.join(request, { ...quiet, assigned, revoke: () => drained });
    await eventually('assigned', () => granted.length === 1);
    await core.join(request, { ...quiet, assigned });
    const leaving = first.leave();
    await new Promise(setImmediate);
    first.abandon();
    await eventually('assigned to the second', () => granted.length === 2);
    answer();
    await leaving;
    const { member, generation } = granted[1]!;
    await core.commit({ group: 'g', member, generation }, granted[1]!, { offset: 1, metadata: '' });
  });

  it('try again when the disk is full just then', async () => {
    let full = false;
    const core = await open(await scratch(), {
      write: async (file, bytes, position) => {
        if (full) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        await file.write(bytes, 0, bytes.length, position);
      },
    });
    await core.createTopic('t', { partitions: 1 });
    full = true;
    const member = await Member.join(new CoreBroker(core), options, { fetches: false });
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(member.partitions).toEqual([]);
    full = false;
    await eventually('assigned', () => member.partitions.length === 1);
  });

  it('read every new message after a power cut took some that were committed', async () => {
    const directory = await scratch();
    const core = await open(directory, { boot: 'first', fsync: 'never' });
    await core.createTopic('t', { partitions: 1 });
    await send(new CoreBroker(core), 't', numbered(8));
    const commit = { offset: 8, metadata: 'emitted up to 8' };
    await core.setGroupCommits('g', 't', new Map([[0, commit]]));
    await core.close(true);
    // The disk kept the commit, but only three of the messages.
    const path = join(directory, 'topics', 't', '0', segmentName(0));
    await truncate(path, ((await stat(path)).size / 8) * 3);

    const again = await open(directory, { boot: 'second' });
    expect(await again.offsets('t')).toEqual([{ partition: 0, earliest: 0, latest: 3 }]);
    expect(await again.groupCommits('g', 't')).toEqual(new Map([[0, commit]]));
    const member = await Member.join(new CoreBroker(again), options);
    await eventually('assigned', () => member.partitions.length === 1);
    expect(member.get(0).position).toBe(8);
    await send(new CoreBroker(again), 't', numbered(2, 0, 8));
    await eventually('read', () => member.received.length === 2);
    expect(values(member.received)).toEqual(['8', '9']);
    // No offset of a lost message comes again: whoever has seen it would take the new message for the old one.
    expect(member.received[0]!.offset).toBeGreaterThanOrEqual(8);
    expect(await contentsOf(again)).toEqual(['0', '1', '2', '8', '9']);
  });

  const contentsOf = async (core: LocalCore) => values((await readTopic(new CoreBroker(core), 't'))[0]!);
});
