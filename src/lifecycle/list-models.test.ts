import { describe, expect, it } from 'vitest';
import type { ModelAnnouncement, ModelState } from '../records/types.js';
import { listModels, modelsOfSensor } from './list-models.js';

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
const noise = (...versions: string[]) => new Map([['noise', versions]]);

describe('the list of models', () => {
  it('says what was said last of each version, which one is in use, and where its files are', () => {
    const announcements = [
      announcement(3, 'v10-c', 'retired'),
      announcement(1, 'v9-b', 'promoted'),
      announcement(2, 'v10-c', 'promoted'),
    ];
    const listed = listModels(announcements, noise('v9-b', 'v11-d'), NOW_US);
    expect(listed.map(({ version, state, active, stored }) => [version, state, active, stored])).toEqual([
      ['v9-b', 'promoted', true, true],
      ['v10-c', 'retired', false, false],
      ['v11-d', null, false, true],
    ]);
  });

  it('calls no version active before its time', () => {
    const listed = listModels([announcement(1, 'v1', 'promoted', NOW_US + 1)], noise(), NOW_US);
    expect(listed[0]).toMatchObject({ state: 'promoted', active: false });
  });

  const machine = (entity: string, ...rest: Parameters<typeof announcement>): ModelAnnouncement => ({
    ...announcement(...rest),
    ...{ method: 'machine', entity },
  });
  const plant = [
    machine('press-10', 1, 'v1-p', 'promoted'),
    machine('press-7', 1, 'v1-q', 'promoted'),
    machine('press-7', 2, 'v2-q', 'promoted', 500),
    machine('', 1, 'v1-s', 'promoted'),
    // One version for two machines: each has a word of its own on it.
    machine('press-8', 1, 'v1-q', 'promoted'),
    machine('press-8', 2, 'v1-q', 'retired'),
    announcement(1, 'v1-n', 'promoted'),
  ];
  const stored = new Map([
    ['machine', ['v1-q', 'v9-x']],
    ['noise', ['v1-n']],
  ]);

  it('has those of each method and machine, and then those that nobody knows the machine of', () => {
    const listed = listModels(plant, stored, NOW_US);
    expect(
      listed.map(each => [each.method, each.entity, each.version, each.active ? 'used' : each.state]),
    ).toEqual([
      ['machine', '', 'v1-s', 'used'],
      ['machine', 'press-7', 'v1-q', 'promoted'],
      ['machine', 'press-7', 'v2-q', 'used'],
      ['machine', 'press-8', 'v1-q', 'retired'],
      ['machine', 'press-10', 'v1-p', 'used'],
      ['machine', null, 'v9-x', null],
      ['noise', '', 'v1-n', 'used'],
    ]);
    expect(listed.map(each => each.stored)).toEqual([false, true, false, true, false, true, true]);
  });

  it('shows a machine its own models and those for all, of which it uses one when it has none of its own', () => {
    const machines = listModels(plant, stored, NOW_US).filter(({ method }) => method === 'machine');
    const used = (sensor: string) =>
      modelsOfSensor(machines, sensor).map(({ version, active }) => [version, active]);
    expect(used('press-7')).toEqual([
      ['v1-s', false],
      ['v1-q', false],
      ['v2-q', true],
    ]);
    expect(used('press-8')).toEqual([
      ['v1-s', true],
      ['v1-q', false],
    ]);
    expect(used('saw-1')).toEqual([['v1-s', true]]);
    expect(used('')).toEqual([['v1-s', true]]);
  });
});
