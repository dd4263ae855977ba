import { describe, expect, it } from 'vitest';
import { DemoPicture } from './demo-picture.js';
import { assignment, event, levels, model, START_US } from './testing/demo-records.js';

describe('DemoPicture', () => {
  it('shows the latest events first, with their group once they have one', () => {
    const picture = new DemoPicture(['a']);
    for (const id of ['one', 'two', 'three']) picture.take(event(id, 'a'));
    picture.take(assignment('two', { group: 4 }));
    const latest = picture.latestEvents(2).map(each => [each.event.id, each.assignment?.group]);
    expect(latest).toEqual([
      ['three', undefined],
      ['two', 4],
    ]);
  });

  it('counts groups, and novel events apart', () => {
    const picture = new DemoPicture([]);
    picture.take(assignment('x', { group: 1 }));
    picture.take(assignment('y', { group: 1 }));
    picture.take(assignment('z', { group: null, novel: true }));
    expect([...picture.groups]).toEqual([
      [1, 2],
      [null, 1],
    ]);
  });

  it('takes in a microphone that it was not told of', () => {
    const picture = new DemoPicture(['a']);
    picture.take(levels('b', { laeqDb: 70 }));
    expect([...picture.microphones.keys()]).toEqual(['a', 'b']);
    expect(picture.microphones.get('b')).toMatchObject({ levelDb: 70, heardUntilUs: START_US + 1e6 });
  });

  it('remembers when an oddity was counted last', () => {
    const picture = new DemoPicture(['a']);
    picture.takeNotice('a', 'gap', 1, 1000);
    picture.takeNotice('a', 'gap', 1, 2000);
    expect(picture.microphones.get('a')!.notices.get('gap')).toEqual({ count: 1, atMs: 1000 });
    picture.takeNotice('a', 'gap', 2, 3000);
    expect(picture.microphones.get('a')!.notices.get('gap')).toEqual({ count: 2, atMs: 3000 });
  });

  it('forgets old events, so that it can run for days', () => {
    const picture = new DemoPicture([]);
    for (let i = 0; i < 2000; i++) picture.take(event(`e${i}`, 'a'));
    expect(picture.latestEvents(10_000).length).toBe(500);
    expect(picture.event('e0')).toBeUndefined();
    picture.take(assignment('e0'));
    expect(picture.groups.get(2)).toBe(1);
  });

  it('knows the model that was promoted last', () => {
    const picture = new DemoPicture([]);
    picture.take(model());
    picture.take(model({ version: 'v0002-def', state: 'shadowed' }));
    expect(picture.model?.version).toBe('v0001-abc');
  });
});
