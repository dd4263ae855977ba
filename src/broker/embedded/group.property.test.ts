import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventually } from '../conformance/eventually.js';
import type { Grant, MemberEvents, Membership } from './core.js';
import { LocalCore } from './local-core.js';

const PARTITIONS = 5;
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant('join' as const), drainTurns: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('leave' as const), who: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('abandon' as const), who: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('commit' as const), who: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('wait' as const), turns: fc.nat(6) }) },
);

/** All that is going on, so that nobody can have what another one has. */
class Witness {
  readonly holders = new Map<number, Actor>();
  readonly committed = Array.from({ length: PARTITIONS }, () => 0);
  readonly generations = Array.from({ length: PARTITIONS }, () => 0);
  readonly wrongs: string[] = [];
}

class Actor implements MemberEvents {
  membership: Membership | undefined;
  private readonly grants = new Map<number, Grant>();
  private readonly core: LocalCore;
  private readonly witness: Witness;
  private readonly drainTurns: number;

  constructor(core: LocalCore, witness: Witness, drainTurns: number) {
    this.core = core;
    this.witness = witness;
    this.drainTurns = drainTurns;
  }

  assigned(grants: readonly Grant[]): void {
    const { holders, committed, generations, wrongs } = this.witness;
    for (const grant of grants) {
      const { partition, generation } = grant;
      if (holders.has(partition)) wrongs.push(`${partition} was given to two`);
      if (generation <= generations[partition]!) wrongs.push(`generation of ${partition} did not grow`);
      if ((grant.committed?.offset ?? 0) < committed[partition]!)
        wrongs.push(`a commit of ${partition} was lost`);
      holders.set(partition, this);
      generations[partition] = generation;
      this.grants.set(partition, grant);
    }
  }

  async revoke(grants: readonly Grant[]): Promise<void> {
    for (let turn = 0; turn < this.drainTurns; turn++) await new Promise(setImmediate);
    // Commits are accepted to the last moment, unless the member was thrown out meanwhile.
    for (const grant of grants) if (this.grants.has(grant.partition)) await this.commit(grant);
    this.drop(grants);
  }

  lost(grants: readonly Grant[]): void {
    this.drop(grants);
  }

  failed(error: Error): void {
    this.witness.wrongs.push(String(error));
  }

  /** Commits one more than the last for a partition it has. */
  async commit(grant = [...this.grants.values()][0]): Promise<void> {
    if (grant === undefined) return;
    const { partition, member, generation } = grant;
    const offset = this.witness.committed[partition]! + 1;
    try {
      await this.core.commit({ group: 'g', member, generation }, grant, { offset, metadata: '' });
      this.witness.committed[partition] = Math.max(offset, this.witness.committed[partition]!);
    } catch (error) {
      expect(error).toMatchObject({ code: 'COMMIT_FENCED' });
    }
  }

  abandon(): void {
    this.membership!.abandon();
    // Nobody tells a member that drains: it is fenced all the same.
    this.drop([...this.grants.values()]);
  }

  private drop(grants: readonly Grant[]): void {
    for (const { partition, generation } of grants) {
      if (this.grants.get(partition)?.generation !== generation) continue;
      this.grants.delete(partition);
      if (this.witness.holders.get(partition) === this) this.witness.holders.delete(partition);
    }
  }
}

describe('a group under any comings and goings', () => {
  it('gives each partition to one member at a time, loses no commit, and ends balanced', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        const directory = await mkdtemp(join(tmpdir(), 'plantsense-group-'));
        const core = await LocalCore.open(directory, { fsync: 'never' });
        const witness = new Witness();
        try {
          await core.createTopic('t', { partitions: PARTITIONS });
          const actors: Actor[] = [];
          const leaving: Promise<void>[] = [];
          const request = { group: 'g', topics: ['t'], sessionTimeoutMs: 1e6, drainDeadlineMs: 1e6 } as const;
          for (const s of steps) {
            const who = 'who' in s ? actors[s.who % actors.length] : undefined;
            if (s.op === 'join') {
              const actor = new Actor(core, witness, s.drainTurns);
              actor.membership = await core.join({ ...request, startFrom: 'earliest' }, actor);
              actors.push(actor);
            } else if (s.op === 'wait') {
              for (let turn = 0; turn < s.turns; turn++) await new Promise(setImmediate);
            } else if (who !== undefined) {
              if (s.op === 'commit') void who.commit();
              else actors.splice(actors.indexOf(who), 1);
              if (s.op === 'leave') leaving.push(who.membership!.leave());
              if (s.op === 'abandon') who.abandon();
            }
          }
          await Promise.all(leaving);
          const loads = () => actors.map(a => [...witness.holders.values()].filter(h => h === a).length);
          await eventually(
            'all assigned, evenly',
            () => {
              const counts = loads();
              if (counts.length === 0) return witness.holders.size === 0;
              return witness.holders.size === PARTITIONS && Math.max(...counts) - Math.min(...counts) <= 1;
            },
            3_000,
          );
          expect(witness.wrongs).toEqual([]);
          const commits = await core.groupCommits('g', 't');
          for (const [partition, offset] of witness.committed.entries()) {
            expect(commits.get(partition)?.offset ?? 0).toBeGreaterThanOrEqual(offset);
          }
        } finally {
          await core.close(true);
          await rm(directory, { recursive: true });
        }
      }),
      // A case that hangs is told with its steps, not by the test's own timeout, which knows none.
      { numRuns: 60, timeout: 20_000, endOnFailure: true },
    );
  });
});
