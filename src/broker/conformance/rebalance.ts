import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AssignedPartition, Message } from '../port.js';
import { eventually } from './eventually.js';
import { fails } from './fails.js';
import type { Kit } from './kit.js';
import { Member } from './member.js';
import { message, numbered, range, send, text } from './messages.js';

const where = (m: Message) => `${m.partition}/${m.offset}`;

export function checkRebalance(kit: Kit): void {
  describe('rebalance while processing', () => {
    const setUp = async (partitions = 4) => {
      const [a, b] = [await kit.client(), await kit.client()];
      const topic = await kit.topic({ partitions });
      return { a, b, topic, options: { group: kit.name('group'), topics: [topic] } };
    };
    const shared = (members: readonly Member[], counts: string) => () =>
      members.map(m => m.partitions.length).join() === counts;

    it('lets the first member drain and commit before the second one starts', async () => {
      const { a, b, topic, options } = await setUp();
      await send(
        a,
        topic,
        range(4).flatMap(partition => numbered(40, partition)),
      );

      // The first member takes 10 ms a message, so that each partition has work in flight when the second joins.
      const drained: string[] = [];
      const first = await Member.join(a, options, {
        maxBytes: 20,
        process: () => sleep(10),
        revoked: async partitions => {
          drained.push(...partitions.map(p => String(p.partition)));
        },
      });
      await eventually('work under way', () => first.received.length >= 8);
      const second = await Member.join(b, options);
      await eventually('two each', shared([first, second], '2,2'));
      await eventually('all processed', () => first.received.length + second.received.length >= 160);

      // What was drained was committed, so nothing was lost and nothing came twice.
      const all = [...first.received, ...second.received].map(where);
      expect(all).toHaveLength(160);
      expect(new Set(all).size).toBe(160);
      expect(drained.length).toBeGreaterThanOrEqual(2);
      expect([...first.errors, ...second.errors]).toEqual([]);
    });

    it('starts the new owner exactly at the commit made in revoked', async () => {
      const { a, b, topic, options } = await setUp(2);
      await send(
        a,
        topic,
        range(2).flatMap(partition => numbered(10, partition)),
      );
      const commits = new Map<number, number>();
      const revoked = async (partitions: readonly AssignedPartition[]) => {
        for (const p of partitions) {
          const offset = 4 + p.partition;
          await p.commit({ offset, metadata: `drained ${p.partition}` });
          commits.set(p.partition, offset);
        }
      };
      const first = await Member.join(a, options, { commits: false, revoked });
      await eventually('all read', () => first.received.length === 20);
      const second = await Member.join(b, options, { fetches: false });
      await eventually('one each', shared([first, second], '1,1'));
      const [moved] = second.partitions;
      expect(moved!.committed).toEqual({
        offset: commits.get(moved!.partition),
        metadata: `drained ${moved!.partition}`,
      });
      expect(moved!.position).toBe(commits.get(moved!.partition));
    });

    it('refuses commits and fetches of the old generation', async () => {
      const { a, b, topic, options } = await setUp();
      await send(
        a,
        topic,
        range(4).flatMap(partition => numbered(5, partition)),
      );
      const first = await Member.join(a, options, { fetches: false });
      await eventually('all to the first', () => first.partitions.length === 4);
      const old = first.partitions;
      const second = await Member.join(b, options, { fetches: false });
      await eventually('two each', shared([first, second], '2,2'));
      for (const moved of second.partitions) {
        const stale = old.find(p => p.partition === moved.partition)!;
        await fails('COMMIT_FENCED', stale.commit({ offset: 5, metadata: 'stale' }));
        await fails('COMMIT_FENCED', stale.fetch(1_000, AbortSignal.timeout(10_000)));
        await moved.commit({ offset: 1, metadata: 'valid' });
      }
      const commits = await a.admin.groupCommits(options.group, topic);
      for (const { partition } of second.partitions) {
        expect(commits.get(partition)).toEqual({ offset: 1, metadata: 'valid' });
      }
    });

    it('ends a fetch that waits on a partition that is taken', async () => {
      const { a, b, options } = await setUp(2);
      const first = await Member.join(a, options, { fetches: false });
      await eventually('both to the first', () => first.partitions.length === 2);
      // Nobody aborts these: revoking must not leave them hanging.
      const fetches = first.partitions.map(p => ({
        partition: p.partition,
        fetched: p.fetch(1_000, new AbortController().signal).then(
          messages => messages.length,
          (error: { code: string }) => error.code,
        ),
      }));
      const second = await Member.join(b, options, { fetches: false });
      await eventually('one each', shared([first, second], '1,1'));
      const moved = second.partitions[0]!.partition;
      const outcome = await fetches.find(f => f.partition === moved)!.fetched;
      expect([0, 'COMMIT_FENCED']).toContain(outcome);
    });

    it('fences a member that does not drain by the deadline', async () => {
      const { a, b, topic, options } = await setUp(2);
      await send(
        a,
        topic,
        range(2).flatMap(partition => numbered(5, partition)),
      );
      let release = () => {};
      let aborted = false;
      const stuck = new Promise<void>(resolve => {
        release = resolve;
      });
      const first = await Member.join(
        a,
        { ...options, drainDeadlineMs: 500 },
        {
          fetches: false,
          revoked: async (_, deadline) => {
            deadline.addEventListener('abort', () => {
              aborted = true;
            });
            await stuck;
          },
        },
      );
      await eventually('both to the first', () => first.partitions.length === 2);
      const old = first.partitions;
      const second = await Member.join(b, options, { fetches: false });
      await eventually('the second has some', () => second.partitions.length > 0);
      // A client of a broker in another process may hear of it a moment later.
      await eventually('its deadline has passed', () => aborted);
      for (const moved of second.partitions) {
        const stale = old.find(p => p.partition === moved.partition)!;
        await fails('COMMIT_FENCED', stale.commit({ offset: 5, metadata: 'late' }));
      }
      release();
      await eventually('one each', shared([first, second], '1,1'));
    });

    it('gives everything back when a member leaves with work in flight', async () => {
      const { a, b, topic, options } = await setUp();
      const slow = { maxBytes: 20, process: () => sleep(5) };
      const first = await Member.join(a, options, slow);
      const second = await Member.join(b, options, slow);
      await eventually('two each', shared([first, second], '2,2'));
      await send(
        a,
        topic,
        range(4).flatMap(partition => numbered(40, partition)),
      );
      await eventually('both at work', () => first.received.length > 4 && second.received.length > 4);
      await second.close();
      expect(second.partitions).toEqual([]);
      await eventually('all back', () => first.partitions.length === 4);
      await eventually('all processed', () => first.received.length + second.received.length >= 160);
      const all = [...first.received, ...second.received].map(where);
      expect(new Set(all).size).toBe(160);
      expect(all).toHaveLength(160);
    });

    it('raises the generation of a partition that comes back', async () => {
      const { a, b, options } = await setUp(2);
      const first = await Member.join(a, options, { fetches: false });
      await eventually('both to the first', () => first.partitions.length === 2);
      const second = await Member.join(b, options, { fetches: false });
      await eventually('one each', shared([first, second], '1,1'));
      const moved = second.partitions[0]!.partition;
      await second.close();
      await eventually('both back', () => first.partitions.length === 2);
      const generations = first.history.filter(p => p.partition === moved).map(p => p.generation);
      expect(generations.length).toBeGreaterThanOrEqual(2);
      expect(generations).toEqual([...new Set(generations)].sort((x, y) => x - y));
    });

    it('loses nothing and keeps order while members come and go under a running producer', async () => {
      const clients = await Promise.all([kit.client(), kit.client(), kit.client()]);
      const topic = await kit.topic({ partitions: 4 });
      const options = { group: kit.name('group'), topics: [topic] };
      const producer = await clients[0]!.producer();
      let sent = 0;
      let done = false;
      const producing = (async () => {
        while (!done) {
          await producer.send(
            topic,
            range(4).map(p => message(`k${p}`, String(sent), { partition: p })),
          );
          sent++;
          await sleep(2);
        }
      })();

      const members: Member[] = [];
      const join = async (i: number) => {
        const member = await Member.join(clients[i]!, options, { maxBytes: 200, process: () => sleep(1) });
        members.push(member);
        return member;
      };
      const steady = await join(0);
      await eventually('all to one', () => steady.partitions.length === 4);
      for (const i of [1, 2]) {
        const visitor = await join(i);
        await eventually('the visitor works', () => visitor.received.length > 20);
        await visitor.close();
      }
      done = true;
      await producing;
      const seen = () => new Set(members.flatMap(m => m.received.map(where)));
      await eventually('everything processed', () => seen().size === sent * 4);
      for (const member of members) {
        const last = new Map<number, number>();
        for (const m of member.received) {
          expect(Number(text(m.value))).toBeGreaterThan(last.get(m.partition) ?? -1);
          last.set(m.partition, Number(text(m.value)));
        }
        expect(member.errors).toEqual([]);
      }
    });
  });
}
