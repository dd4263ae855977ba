import { afterEach, describe, expect, it, vi } from 'vitest';
import { PlantsenseError } from '../../../errors.js';
import { CODE } from '../protocol/error-codes.js';
import { Heartbeats } from './heartbeats.js';

/** Heartbeats whose answers are given by the test: a code, or an error to throw. */
function beating(answers: (number | Error)[]) {
  const troubles: unknown[] = [];
  let beats = 0;
  const heartbeats = new Heartbeats({
    intervalMs: 5,
    sessionTimeoutMs: 60,
    beat: async () => {
      beats++;
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    onTrouble: error => troubles.push(error),
  });
  return { heartbeats, troubles, beats: () => beats };
}

const running: Heartbeats[] = [];
const start = (answers: (number | Error)[]) => {
  const started = beating(answers);
  running.push(started.heartbeats);
  return started;
};
afterEach(() => {
  for (const heartbeats of running.splice(0)) heartbeats.stop();
});

describe('heartbeats', () => {
  it('ask for a rebalance once, and go on for a drain', async () => {
    const { heartbeats, beats } = start([0, CODE.REBALANCE_IN_PROGRESS]);
    await vi.waitFor(() => expect(heartbeats.rebalance.aborted).toBe(true));
    const then = beats();
    await vi.waitFor(() => expect(beats()).toBeGreaterThan(then + 2));
    expect(heartbeats.lost.aborted).toBe(false);
  });

  it('end with the membership, and tell why', async () => {
    const { heartbeats } = start([0, CODE.UNKNOWN_MEMBER_ID]);
    await vi.waitFor(() => expect(heartbeats.lost.aborted).toBe(true));
    expect(heartbeats.lostBecause).toMatchObject({ kafkaCode: CODE.UNKNOWN_MEMBER_ID });
  });

  it('outlive a coordinator that is away for less than the session', async () => {
    const { heartbeats, troubles } = start([new PlantsenseError('BROKER_UNAVAILABLE', 'away'), 16, 0]);
    await vi.waitFor(() => expect(troubles).toHaveLength(2));
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(heartbeats.lost.aborted).toBe(false);
  });

  it('give up what they have when the session must be over', async () => {
    const { heartbeats } = start([new PlantsenseError('BROKER_UNAVAILABLE', 'away')]);
    const begin = performance.now();
    await vi.waitFor(() => expect(heartbeats.lost.aborted).toBe(true));
    expect(performance.now() - begin).toBeGreaterThan(50);
    expect(heartbeats.lostBecause).toBeNull();
  });

  it('are silent once stopped', async () => {
    const { heartbeats, beats } = start([0]);
    heartbeats.stop();
    await new Promise(resolve => setTimeout(resolve, 30));
    expect(beats()).toBe(0);
  });
});
