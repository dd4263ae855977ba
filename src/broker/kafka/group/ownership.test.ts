import { describe, expect, it } from 'vitest';
import type { AssignedPartition, GroupListener } from '../../port.js';
import type { KafkaAssignedPartition } from './assigned-partition.js';
import { Ownership } from './ownership.js';

class FakePartition {
  readonly topic = 't';
  readonly partition: number;
  readonly incarnation: string;
  fences = 0;

  constructor(partition: number, incarnation = 'first') {
    this.partition = partition;
    this.incarnation = incarnation;
  }

  get name(): string {
    return `t-${this.partition}`;
  }

  fence(): void {
    this.fences++;
  }
}

function owning(count: number, revoked: GroupListener['revoked'] = async () => {}) {
  const calls: string[] = [];
  const names = (ps: readonly AssignedPartition[]) => ps.map(p => p.partition).join();
  const ownership = new Ownership(
    {
      assigned: ps => calls.push(`assigned ${names(ps)}`),
      revoked: (ps, deadline) => {
        calls.push(`revoked ${names(ps)}`);
        return revoked(ps, deadline);
      },
      lost: ps => calls.push(`lost ${names(ps)}`),
      failed: () => calls.push('failed'),
    },
    50,
    () => {},
  );
  const fakes = Array.from({ length: count }, (_, i) => new FakePartition(i));
  const partitions = fakes as unknown as KafkaAssignedPartition[];
  ownership.add(partitions);
  return { ownership, calls, fakes, partitions };
}

describe('owning partitions', () => {
  it('fences after the drain, not before', async () => {
    let fencesDuringDrain = -1;
    const { ownership, fakes, partitions } = owning(1, async () => {
      fencesDuringDrain = fakes[0]!.fences;
    });
    await ownership.drain(partitions);
    expect([fencesDuringDrain, fakes[0]!.fences]).toEqual([0, 1]);
    expect(ownership.partitions).toEqual(new Map());
  });

  it('fences at the deadline what does not end', async () => {
    let told = false;
    const { ownership, fakes, partitions } = owning(1, (_, deadline) => {
      deadline.addEventListener('abort', () => {
        told = true;
      });
      return new Promise(() => {});
    });
    await ownership.drain(partitions);
    expect([told, fakes[0]!.fences]).toEqual([true, 1]);
  });

  it('cuts a drain short when the membership is lost, and does not tell of the same partition twice', async () => {
    const lost = new AbortController();
    const { ownership, calls, partitions } = owning(3, () => new Promise(() => {}));
    const draining = ownership.drain(partitions.slice(0, 1), lost.signal);
    lost.abort();
    ownership.lose();
    await draining;
    expect(calls).toEqual(['assigned 0,1,2', 'revoked 0', 'lost 1,2']);
  });

  it('fences even if the listener fails', async () => {
    const { ownership, fakes, partitions } = owning(1, async () => {
      throw new Error('broken');
    });
    await ownership.drain(partitions);
    expect(fakes[0]!.fences).toBe(1);
  });

  it('loses what belongs to a topic that was made anew', () => {
    const { ownership, calls } = owning(2);
    ownership.loseGone(new Map([['t', { topicId: 'first', partitions: 2 }]]));
    expect(calls).toEqual(['assigned 0,1']);
    ownership.loseGone(new Map([['t', { topicId: 'second', partitions: 2 }]]));
    expect(calls).toEqual(['assigned 0,1', 'lost 0,1']);
  });

  it('knows what an assignment lacks', () => {
    const { ownership } = owning(3);
    expect(ownership.missingFrom(new Map([['t', [0, 2, 9]]])).map(p => p.partition)).toEqual([1]);
    expect(ownership.missingFrom(new Map())).toHaveLength(3);
  });
});
