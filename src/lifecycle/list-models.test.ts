import { describe, expect, it } from 'vitest';
import type { ModelAnnouncement, ModelState } from '../records/types.js';
import { listModels } from './list-models.js';

const announcement = (
  sequence: number,
  version: string,
  state: ModelState,
  activeFromUs = 0,
): ModelAnnouncement => ({
  method: 'noise',
  entity: '',
  sequence,
  version,
  state,
  activeFromUs,
  createdUs: 0,
  kind: 'gmm',
  uri: `noise/${version}`,
  cardSha256: '0'.repeat(64),
  parentVersion: null,
  groups: 3,
  seen: [],
  reason: '',
});

const NOW_US = 1000;

describe('the list of models', () => {
  it('says what was said last of each version, which one is in use, and where its files are', () => {
    const announcements = [
      announcement(3, 'v10-c', 'retired'),
      announcement(1, 'v9-b', 'promoted'),
      announcement(2, 'v10-c', 'promoted'),
    ];
    const listed = listModels(announcements, ['v9-b', 'v11-d'], 'noise', NOW_US);
    expect(listed.map(({ version, state, active, stored }) => [version, state, active, stored])).toEqual([
      ['v9-b', 'promoted', true, true],
      ['v10-c', 'retired', false, false],
      ['v11-d', null, false, true],
    ]);
  });

  it('calls no version active before its time', () => {
    const listed = listModels([announcement(1, 'v1', 'promoted', NOW_US + 1)], [], 'noise', NOW_US);
    expect(listed[0]).toMatchObject({ state: 'promoted', active: false });
  });

  it('leaves out other methods and models of one sensor', () => {
    const others = [
      { ...announcement(1, 'v1', 'promoted'), method: 'machine' },
      { ...announcement(1, 'v2', 'promoted'), entity: 'press-2' },
    ];
    expect(listModels(others, [], 'noise', NOW_US)).toEqual([]);
  });
});
