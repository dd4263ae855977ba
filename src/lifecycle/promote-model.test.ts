import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EXAMPLES } from '../records/testing/examples.js';
import type { ModelAnnouncement } from '../records/types.js';
import { sealArtefact } from './artefact.js';
import { DirectoryModelStore } from './directory-model-store.js';
import { EntityModels } from './entity-models.js';
import { writeModelDirectory } from './model-directory.js';
import { saveModel } from './model-store.js';
import { findModel, promoteModel } from './promote-model.js';

const root = mkdtempSync(join(tmpdir(), 'plantsense-promote-'));
afterAll(() => rmSync(root, { recursive: true }));

const artefactOf = (method: string) =>
  sealArtefact(
    {
      ...{ method, kind: 'any', sequence: 1, parent: null, seed: 1 },
      data: { rows: 1, fromUs: 0, toUs: 0, seen: [] },
      ...{ parameters: {}, indices: {}, details: null },
    },
    new Map([['values', { data: Float64Array.of(1), shape: [1] }]]),
  );
const machine = artefactOf('machine');

const announced = (method: string, entity: string, version: string): ModelAnnouncement => ({
  ...EXAMPLES['model-announcement'],
  ...{ method, entity, version, sequence: 3, state: 'promoted', activeFromUs: 100 },
});
const NOW_US = 1000;
const promote = (before: ModelAnnouncement[], entity: string, activeFromUs?: number) =>
  promoteModel(before, machine, 0, { entity, activeFromUs, nowUs: NOW_US, reason: 'Chosen.' });

describe('promoting a model', () => {
  it('is for all there was when it is the first, and else from now on', () => {
    expect(promote([], 'press-7')).toMatchObject({
      announcement: { entity: 'press-7', sequence: 1, state: 'promoted', activeFromUs: 0, groups: 0 },
      replaced: null,
    });
    expect(promote([announced('machine', 'press-8', 'v1')], 'press-7').announcement.activeFromUs).toBe(0);
    expect(promote([announced('machine', '', 'v1')], 'press-7').announcement.activeFromUs).toBe(NOW_US);
    expect(promote([], 'press-7', 5).announcement.activeFromUs).toBe(5);
  });

  it("says what it replaces: the machine's own model, or the one for all", () => {
    const shared = announced('machine', '', 'shared');
    const own = announced('machine', 'press-7', 'own');
    expect(promote([shared], 'press-7').replaced).toEqual(shared);
    expect(promote([shared, own], 'press-7').replaced).toEqual(own);
    expect(promote([shared, own], 'press-7', 50).replaced).toBeNull();
  });

  it('has the last word, also over what was announced for later, and on a version that was retired', () => {
    const { version } = machine.card;
    const before = [
      announced('machine', 'press-7', 'own'),
      { ...announced('machine', 'press-7', version), sequence: 4, state: 'retired' as const },
      { ...announced('machine', 'press-7', 'planned'), sequence: 5, activeFromUs: 2000 },
    ];
    const after = new EntityModels([...before, promote(before, 'press-7').announcement], 'machine');
    const active = [999, 1000, 3000].map(time => after.activeAt('press-7', time)?.version);
    expect(active).toEqual(['own', version, version]);
  });

  it('refuses to make a model of noise that of one sensor', () => {
    const options = { entity: 'press-7', nowUs: NOW_US, reason: '' };
    expect(() => promoteModel([], artefactOf('noise'), 3, options)).toThrow(
      expect.objectContaining({ code: 'USAGE_INVALID' }),
    );
  });
});

describe('the model that a person names', () => {
  const store = new DirectoryModelStore(join(root, 'models'));

  it('lies in a directory, or is a version of the store', async () => {
    await writeModelDirectory(join(root, 'out'), machine);
    expect((await findModel(store, join(root, 'out'))).card).toEqual(machine.card);
    await expect(findModel(store, machine.card.version)).rejects.toThrow(/has no version v0001-/);
    await saveModel(store, machine);
    expect((await findModel(store, machine.card.version)).card).toEqual(machine.card);
  });

  it('is not one that is damaged, or no model', async () => {
    await writeModelDirectory(join(root, 'damaged'), machine);
    writeFileSync(join(root, 'damaged', 'values.npy'), 'damaged');
    await expect(findModel(store, join(root, 'damaged'))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(findModel(store, root)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });
});
