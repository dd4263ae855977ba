import { describe, expect, it } from 'vitest';
import type { Admin } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { ownPartition } from './own-partition.js';

const admin = (describeTopic: (topic: string) => Promise<{ partitions: number } | null>) =>
  ({ describeTopic }) as unknown as Admin;

describe('ownPartition', () => {
  it("is the lane's own number where the topic has it, and no partition where it has not", async () => {
    const counts: Record<string, number> = { levels: 4, alarms: 1 };
    const of = ownPartition(
      admin(async topic => ({ partitions: counts[topic]! })),
      3,
    );
    expect([await of('levels'), await of('alarms')]).toEqual([3, undefined]);
  });

  it('asks the broker once, and again only after a failure', async () => {
    let asked = 0;
    const of = ownPartition(
      admin(async () => {
        asked += 1;
        if (asked === 1) throw new PlantsenseError('BROKER_UNAVAILABLE', 'Away.');
        return { partitions: 2 };
      }),
      1,
    );
    await expect(of('levels')).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect([await of('levels'), await of('levels'), asked]).toEqual([1, 1, 2]);
  });

  it('leaves it to the producer to say that there is no such topic, and looks again', async () => {
    let description: { partitions: number } | null = null;
    const of = ownPartition(
      admin(async () => description),
      0,
    );
    expect(await of('levels')).toBeUndefined();
    description = { partitions: 1 };
    expect(await of('levels')).toBe(0);
  });
});
