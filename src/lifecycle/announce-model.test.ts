import { describe, expect, it } from 'vitest';
import { codec } from '../records/codec.js';
import { EXAMPLES } from '../records/testing/examples.js';
import type { ModelAnnouncement, ModelState } from '../records/types.js';
import { announceModel, announcementKey, isFirstModel, rollBack } from './announce-model.js';
import { sealArtefact } from './artefact.js';
import { ModelTimeline } from './model-timeline.js';

function announce(
  sequence: number,
  version: string,
  activeFromUs: number,
  state: ModelState = 'promoted',
): ModelAnnouncement {
  return { ...EXAMPLES['model-announcement'], sequence, version, activeFromUs, state };
}

const history = [announce(1, 'v1', 100), announce(2, 'v2', 200)];

describe('announceModel', () => {
  const seen = [{ topic: 'features.noise', partition: 0, offset: 9 }];
  const artefact = sealArtefact(
    {
      method: 'noise',
      kind: 'gmm',
      sequence: 3,
      parent: 'v2',
      data: { rows: 9, fromUs: 0, toUs: 280, seen },
      seed: 0,
      parameters: {},
      indices: {},
      details: null,
    },
    new Map(),
  );

  it('says where the model lies, what it was fitted on and from when it holds, as a record', () => {
    const next = announceModel(history, artefact, 4, {
      state: 'promoted',
      activeFromUs: 300,
      reason: 'better on held-out events',
    });
    expect(next).toMatchObject({
      sequence: 3,
      version: artefact.card.version,
      uri: `noise/${artefact.card.version}`,
      cardSha256: artefact.cardSha256,
      createdUs: 280,
      groups: 4,
      seen,
    });
    const read = codec('model-announcement').decode(codec('model-announcement').encode(next));
    expect(new ModelTimeline([...history, read], 'noise').activeAt(300)).toEqual(next);
  });

  it('counts announcements of each method and machine apart', () => {
    const options = { state: 'promoted', activeFromUs: 0, reason: '', entity: 'pump-7' } as const;
    expect(announceModel(history, artefact, 0, options).sequence).toBe(1);
  });
});

describe('rollBack', () => {
  it('retires the active version, so that the one before it is active again', () => {
    const back = rollBack(history, 'noise', { activeFromUs: 300, reason: 'too many novel events' });
    expect(back).toMatchObject({ sequence: 3, version: 'v2', state: 'retired', activeFromUs: 300 });
    const timeline = new ModelTimeline([...history, back], 'noise');
    expect(timeline.activeAt(299)?.version).toBe('v2');
    expect(timeline.activeAt(300)?.version).toBe('v1');
  });

  it('refuses when nothing is active or nothing was before', () => {
    const code = { code: 'MODEL_NOT_FOUND' };
    const at = (activeFromUs: number) => () => rollBack(history, 'noise', { activeFromUs, reason: '' });
    expect(at(50)).toThrow(expect.objectContaining(code));
    expect(at(150)).toThrow(expect.objectContaining(code));
  });
});

describe("a machine's roll-back", () => {
  const machine = (entity: string, sequence: number, version: string) => ({
    ...announce(sequence, version, 100),
    ...{ method: 'machine', entity },
  });
  const own = machine('press-7', 1, 'own');
  const roll = (before: ModelAnnouncement[], entity: string) => () =>
    rollBack(before, 'machine', { activeFromUs: 300, reason: '', entity });

  it('goes from the only model of its own to the one for all', () => {
    expect(roll([own, machine('', 1, 'shared')], 'press-7')()).toMatchObject({
      ...{ entity: 'press-7', version: 'own', sequence: 2, state: 'retired' },
    });
  });

  it('is refused where there is none for all, and where it has none of its own', () => {
    expect(roll([own], 'press-7')).toThrow(/Before own no machine model was active/);
    expect(roll([machine('', 1, 'shared')], 'press-7')).toThrow(
      /press-7 has no active machine model of its own/,
    );
  });
});

describe('isFirstModel', () => {
  it('is so until there was one for the machine, or for all', () => {
    const of = (entity: string) => ({ ...announce(1, 'v1', 0), method: 'machine', entity });
    expect(isFirstModel([of('press-7')], 'machine', 'press-8')).toBe(true);
    expect(isFirstModel([of('press-7')], 'machine', '')).toBe(true);
    expect(isFirstModel([of('press-7')], 'machine', 'press-7')).toBe(false);
    expect(isFirstModel([of('')], 'machine', 'press-7')).toBe(false);
    expect(isFirstModel([of('')], 'noise', '')).toBe(true);
  });
});

describe('announcementKey', () => {
  it('keeps every announcement apart, so that compaction loses none', () => {
    const keys = [announce(1, 'v1', 0), announce(2, 'v1', 0), { ...announce(1, 'v1', 0), entity: 'pump-7' }];
    expect(new Set(keys.map(announcementKey)).size).toBe(3);
  });
});
