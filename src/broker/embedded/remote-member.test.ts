import { describe, expect, it, vi } from 'vitest';
import type { Grant, MemberEvents } from './core.js';
import { RemoteMember } from './remote-member.js';

const REQUEST = {
  group: 'g',
  topics: ['t'],
  sessionTimeoutMs: 1_000,
  drainDeadlineMs: 500,
  startFrom: 'earliest',
} as const;

const grant = (generation: number): Grant => ({
  topic: 't',
  partition: 0,
  member: 'm',
  generation,
  incarnation: 'i',
  committed: null,
  start: 0,
  highWatermark: 0,
});

describe('a member in another process than the log', () => {
  it('joins again when it hears of its join and of its eviction at once, as after a long sleep', async () => {
    const lost = vi.fn();
    const events: MemberEvents = { assigned: () => {}, revoke: async () => {}, lost, failed: () => {} };
    let joins = 0;
    const member: RemoteMember = new RemoteMember(REQUEST, events, {
      number: 0,
      left: () => {},
      call: async op => {
        if (op !== 'join' || joins++ > 0) return;
        // Frames that came in one piece: the events are taken before anyone hears of the answer.
        member.take({ member: 0, event: 'assigned', grants: [grant(1)] });
        member.take({ member: 0, event: 'lost', grants: [grant(1)] });
        member.take({ member: 0, event: 'evicted' });
      },
    });
    await member.join();
    await vi.waitFor(() => expect(joins).toBe(2));
    expect(lost).toHaveBeenCalledTimes(1);
  });

  it('leaves once more when it left while it joined: the owner may have heard of the leave first', async () => {
    const calls: string[] = [];
    let joined = () => {};
    const events: MemberEvents = { assigned() {}, revoke: async () => {}, lost() {}, failed() {} };
    const member = new RemoteMember(REQUEST, events, {
      number: 0,
      left: () => {},
      call: op => {
        calls.push(op);
        return op === 'join' ? new Promise<void>(resolve => (joined = resolve)) : Promise.resolve();
      },
    });
    const joining = member.join();
    await member.leave();
    joined();
    await joining;
    expect(calls).toEqual(['join', 'leave', 'leave']);
  });
});
