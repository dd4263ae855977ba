import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../records/testing/examples.js';
import type { ModelAnnouncement, ModelState } from '../records/types.js';
import { ModelTimeline } from './model-timeline.js';

function announce(
  sequence: number,
  version: string,
  activeFromUs: number,
  state: ModelState = 'promoted',
): ModelAnnouncement {
  return { ...EXAMPLES['model-announcement'], sequence, version, activeFromUs, state };
}

function active(announcements: readonly ModelAnnouncement[], ...times: number[]): (string | undefined)[] {
  const timeline = new ModelTimeline(announcements, 'noise');
  return times.map(time => timeline.activeAt(time)?.version);
}

describe('ModelTimeline', () => {
  const first = announce(1, 'v1', 100);
  const second = announce(2, 'v2', 200);

  it('has nothing before the first announcement, and then each version from its time on', () => {
    expect(active([], 0)).toEqual([undefined]);
    expect(active([first, second], 99, 100, 199, 200, 1e15)).toEqual([undefined, 'v1', 'v1', 'v2', 'v2']);
  });

  it('lets the later word win where two reach the same time', () => {
    const early = announce(3, 'v3', 150);
    expect(active([first, second, early], 149, 150, 250)).toEqual(['v1', 'v3', 'v3']);
  });

  it('goes back when the active version is retired, and on again', () => {
    const retired = announce(3, 'v2', 300, 'retired');
    const again = announce(4, 'v2', 400);
    expect(active([first, second, retired, again], 250, 300, 400)).toEqual(['v2', 'v1', 'v2']);
  });

  it('goes back when an older version is promoted again', () => {
    expect(active([first, second, announce(3, 'v1', 300)], 250, 300)).toEqual(['v2', 'v1']);
  });

  it('knows shadows from their time on, until they are promoted or refused', () => {
    const shadow = announce(2, 'v2', 200, 'shadowed');
    const promoted = announce(3, 'v2', 300);
    const refused = announce(3, 'v2', 300, 'refused');
    const shadows = (list: readonly ModelAnnouncement[], time: number) =>
      new ModelTimeline(list, 'noise').shadowsAt(time).map(({ version }) => version);
    expect(shadows([first, shadow], 199)).toEqual([]);
    expect(shadows([first, shadow], 200)).toEqual(['v2']);
    expect(shadows([first, shadow, promoted], 300)).toEqual([]);
    expect(active([first, shadow, promoted], 250, 300)).toEqual(['v1', 'v2']);
    expect(shadows([first, shadow, refused], 300)).toEqual([]);
    expect(active([first, shadow, refused], 300)).toEqual(['v1']);
  });

  it('names every version that it can ask for', () => {
    const { inUse } = new ModelTimeline([second, first, announce(3, 'v3', 250, 'refused')], 'noise');
    expect(inUse.map(({ version }) => version)).toEqual(['v1', 'v2']);
  });

  it('leaves out what is for other methods and machines', () => {
    const machine = { ...announce(9, 'm1', 0), method: 'machine', entity: 'pump-7' };
    expect(active([first, machine], 150)).toEqual(['v1']);
    expect(new ModelTimeline([first, machine], 'machine', 'pump-7').activeAt(0)?.version).toBe('m1');
    expect(new ModelTimeline([first, machine], 'machine').activeAt(0)).toBeNull();
  });

  const announcements = fc.array(
    fc.record({
      sequence: fc.integer({ min: 1, max: 8 }),
      version: fc.constantFrom('v1', 'v2', 'v3'),
      activeFromUs: fc.integer({ min: 0, max: 6 }),
      state: fc.constantFrom<ModelState>('promoted', 'shadowed', 'refused', 'retired'),
    }),
    { maxLength: 10 },
  );

  it('does not care in what order announcements come, or how often', () => {
    fc.assert(
      fc.property(announcements, fc.infiniteStream(fc.nat()), (made, random) => {
        const list = made.map(each => ({ ...EXAMPLES['model-announcement'], ...each }));
        const shuffled = [...list, ...list.slice(0, 3)]
          .map(each => [random.next().value as number, each] as const)
          .sort(([a], [b]) => a - b)
          .map(([, each]) => each);
        const times = [-1, 0, 1, 2, 3, 4, 5, 6, 7];
        expect(active(shuffled, ...times)).toEqual(active(list, ...times));
      }),
    );
  });

  it('is what its definition says, at every time', () => {
    fc.assert(
      fc.property(announcements, made => {
        const list = made.map((each, i) => ({ ...EXAMPLES['model-announcement'], ...each, sequence: i + 1 }));
        const timeline = new ModelTimeline(list, 'noise');
        for (let time = -1; time <= 7; time++) {
          const words = new Map(
            list.filter(each => each.activeFromUs <= time).map(each => [each.version, each]),
          );
          const ofState = (state: ModelState) =>
            [...words.values()].filter(each => each.state === state).sort((a, b) => b.sequence - a.sequence);
          expect(timeline.activeAt(time)).toEqual(ofState('promoted')[0] ?? null);
          expect(timeline.shadowsAt(time)).toEqual(ofState('shadowed'));
        }
      }),
    );
  });

  // Each time was looked at with all announcements, and each announcement that was read made it all anew: a scorer of
  // images, whose groups follow new ones, took minutes to start after some weeks, and hours after some months.
  it('is made in a moment of all the versions of a year', () => {
    const list = Array.from({ length: 50_000 }, (_, i) => announce(i + 1, `v${i + 1}`, 10 * i));
    expect(active(list, 0, 250_005, 1e15)).toEqual(['v1', 'v25001', 'v50000']);
  });

  it('is not changed at a time by announcements that hold only later', () => {
    fc.assert(
      fc.property(announcements, fc.integer({ min: 0, max: 6 }), (made, time) => {
        const list = made.map((each, i) => ({ ...EXAMPLES['model-announcement'], ...each, sequence: i + 1 }));
        const known = list.filter(each => each.activeFromUs <= time);
        expect(active(known, time)).toEqual(active(list, time));
      }),
    );
  });
});
