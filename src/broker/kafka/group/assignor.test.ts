import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TopicPartitions } from '../protocol/group.js';
import { assign, type MemberSubscription } from './assignor.js';

const member = (
  memberId: string,
  topics: readonly string[],
  owned: TopicPartitions = new Map(),
  generationId = 1,
): MemberSubscription => ({ memberId, topics, owned, generationId });

const list = (assignment: TopicPartitions | undefined): string[] =>
  [...(assignment ?? [])].flatMap(([topic, ps]) => ps.map(p => `${topic}-${p}`)).sort();

/** One round of the group: members give up what they did not get, and join again. */
const round = (members: readonly MemberSubscription[], counts: ReadonlyMap<string, number>) => {
  const assignment = assign(members, counts);
  return members.map(m => ({
    ...m,
    owned: assignment.get(m.memberId)!,
    generationId: m.generationId + 1,
  }));
};

describe('sharing partitions among members', () => {
  it('gives one member everything', () => {
    const assignment = assign([member('a', ['t', 'u'])], new Map([['t', 3], ['u', 1]])); // biome-ignore format: a table
    expect(list(assignment.get('a'))).toEqual(['t-0', 't-1', 't-2', 'u-0']);
  });

  it('withholds a partition that moves until its owner has given it up', () => {
    const counts = new Map([['t', 4]]);
    const members = [member('a', ['t'], new Map([['t', [0, 1, 2, 3]]])), member('b', ['t'])];
    const first = assign(members, counts);
    expect(list(first.get('a'))).toEqual(['t-0', 't-1']);
    expect(list(first.get('b'))).toEqual([]);
    const [a, b] = round(round(members, counts), counts);
    expect(list(a!.owned)).toEqual(['t-0', 't-1']);
    expect(list(b!.owned)).toEqual(['t-2', 't-3']);
  });

  it('moves nothing when nothing has changed', () => {
    const counts = new Map([['t', 5]]);
    const settled = [
      member('a', ['t'], new Map([['t', [0, 3]]])),
      member('b', ['t'], new Map([['t', [1, 2, 4]]])),
    ];
    const after = round(settled, counts);
    expect(after.map(m => list(m.owned))).toEqual(settled.map(m => list(m.owned)));
  });

  it('spreads single-partition topics over the members', () => {
    const topics = ['t', 'u', 'v', 'w'];
    const assignment = assign(
      [member('a', topics), member('b', topics)],
      new Map(topics.map(topic => [topic, 1])),
    );
    expect(list(assignment.get('a'))).toHaveLength(2);
    expect(list(assignment.get('b'))).toHaveLength(2);
  });

  it('believes the newest generation when two members claim one partition', () => {
    const counts = new Map([['t', 1]]);
    const claim = new Map([['t', [0]]]);
    const assignment = assign([member('a', ['t'], claim, 3), member('b', ['t'], claim, 7)], counts);
    expect(list(assignment.get('a'))).toEqual([]);
    expect(list(assignment.get('b'))).toEqual(['t-0']);
  });

  it('gives a topic only to those who read it, and ignores topics that are gone', () => {
    const members = [member('a', ['t', 'gone'], new Map([['gone', [0]]])), member('b', ['u'])];
    const assignment = assign(members, new Map([['t', 2], ['u', 2]])); // biome-ignore format: a table
    expect(list(assignment.get('a'))).toEqual(['t-0', 't-1']);
    expect(list(assignment.get('b'))).toEqual(['u-0', 'u-1']);
  });

  it('never gives a partition to two, or to one while another has it, and settles evenly', () => {
    const topicNames = ['t', 'u', 'v'];
    const world = fc.record({
      counts: fc.dictionary(fc.constantFrom(...topicNames), fc.integer({ min: 1, max: 12 })),
      readers: fc.array(fc.subarray(topicNames, { minLength: 1 }), { minLength: 1, maxLength: 6 }),
      joins: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(world, ({ counts: dictionary, readers, joins }) => {
        const counts = new Map(Object.entries(dictionary));
        const all = readers.map((topics, i) => member(`m${i}`, topics));
        let members = all.slice(0, Math.max(1, all.length - joins));
        const step = () => {
          const assignment = assign(members, counts);
          const given = [...assignment.values()].flatMap(list);
          expect(new Set(given).size).toBe(given.length);
          for (const m of members) {
            for (const other of members) {
              if (other === m) continue;
              const taken = list(assignment.get(m.memberId)).filter(p => list(other.owned).includes(p));
              expect(taken).toEqual([]);
            }
          }
          members = round(members, counts);
        };
        for (let i = 0; i < 3; i++) step();
        members = [...members, ...all.slice(members.length)];
        for (let i = 0; i < 3; i++) step();

        const settled = members.map(m => list(m.owned));
        step();
        expect(members.map(m => list(m.owned))).toEqual(settled);
        for (const [topic, count] of counts) {
          const sizes = members
            .filter(m => m.topics.includes(topic))
            .map(m => m.owned.get(topic)?.length ?? 0);
          if (sizes.length === 0) continue;
          expect(sizes.reduce((a, b) => a + b)).toBe(count);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
