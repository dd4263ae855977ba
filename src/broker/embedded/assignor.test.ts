import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Assignable, assignPartitions, type Subscriber } from './assignor.js';

const TOPICS = ['a', 'b', 'c'];
const members = fc
  .uniqueArray(
    fc.record({ id: fc.stringMatching(/^m[0-9]$/), topics: fc.subarray(TOPICS, { minLength: 1 }) }),
    {
      selector: m => m.id,
      maxLength: 6,
    },
  )
  .map(list => list.map(({ id, topics }): Subscriber => ({ id, topics: new Set(topics) })));
const partitions = fc
  .array(fc.tuple(fc.constantFrom(...TOPICS), fc.option(fc.stringMatching(/^m[0-9]$/))), { maxLength: 30 })
  .map(list => list.map(([topic, owner], partition): Assignable => ({ topic, partition, owner })));

const everywhere = (...ids: string[]): Subscriber[] => ids.map(id => ({ id, topics: new Set(TOPICS) }));
const owned = (...owners: (string | null)[]): Assignable[] =>
  owners.map((owner, partition) => ({ topic: 'a', partition, owner }));

describe('assignPartitions', () => {
  it('gives each partition to a member that subscribes, if there is one', () => {
    fc.assert(
      fc.property(members, partitions, (list, all) => {
        const targets = assignPartitions(list, all);
        for (const [i, { topic }] of all.entries()) {
          const takers = list.filter(m => m.topics.has(topic)).map(m => m.id);
          if (takers.length === 0) expect(targets[i]).toBeNull();
          else expect(takers).toContain(targets[i]);
        }
      }),
    );
  });

  it('leaves no member with two more than another that could take one', () => {
    fc.assert(
      fc.property(members, partitions, (list, all) => {
        const targets = assignPartitions(list, all);
        const load = (id: string) => targets.filter(t => t === id).length;
        for (const [i, { topic }] of all.entries()) {
          for (const other of list.filter(m => m.topics.has(topic))) {
            expect(load(targets[i]!) - load(other.id)).toBeLessThan(2);
          }
        }
      }),
    );
  });

  it('changes nothing when asked again', () => {
    fc.assert(
      fc.property(members, partitions, (list, all) => {
        const targets = assignPartitions(list, all);
        const settled = all.map((p, i) => ({ ...p, owner: targets[i]! }));
        expect(assignPartitions(list, settled)).toEqual(targets);
      }),
    );
  });

  it('moves only what a new member needs', () => {
    const targets = assignPartitions(everywhere('old', 'new'), owned('old', 'old', 'old', 'old'));
    expect(targets.filter(t => t === 'old')).toHaveLength(2);
  });

  it('leaves the others alone when a member is gone', () => {
    const targets = assignPartitions(everywhere('x', 'y'), owned('x', 'gone', 'y', 'gone'));
    expect([targets[0], targets[2]]).toEqual(['x', 'y']);
    expect([targets[1], targets[3]].sort()).toEqual(['x', 'y']);
  });

  it('spreads over topics together, not topic by topic', () => {
    const all = TOPICS.map((topic): Assignable => ({ topic, partition: 0, owner: null }));
    expect(new Set(assignPartitions(everywhere('x', 'y', 'z'), all)).size).toBe(3);
  });
});
