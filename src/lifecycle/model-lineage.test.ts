import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Artefact, sealArtefact } from './artefact.js';
import { DirectoryModelStore } from './directory-model-store.js';
import { isOfOneLine, parentsOf } from './model-lineage.js';
import { modelUri, saveModel } from './model-store.js';

const root = mkdtempSync(join(tmpdir(), 'plantsense-lineage-'));
const store = new DirectoryModelStore(root);
afterAll(() => rmSync(root, { recursive: true }));

async function model(sequence: number, parent: Artefact | null, seed = 1): Promise<Artefact> {
  const artefact = sealArtefact(
    {
      ...{ method: 'noise', kind: 'gmm', sequence, parent: parent?.card.version ?? null, seed },
      data: { rows: 1, fromUs: 0, toUs: 0, seen: [] },
      ...{ parameters: {}, indices: {}, details: null },
    },
    new Map(),
  );
  await saveModel(store, artefact);
  return artefact;
}

const versions = (...artefacts: Artefact[]) => artefacts.map(({ card }) => card.version);

describe('the models that a model goes on from', () => {
  it('are its parent, and what that goes on from', async () => {
    const first = await model(1, null);
    const second = await model(2, first);
    const third = await model(3, second);
    expect(await parentsOf(store, first.card)).toEqual([]);
    expect(await parentsOf(store, third.card)).toEqual(versions(second, first));
  });

  it('end with one that is damaged, or that the store does not have', async () => {
    const first = await model(1, null, 2);
    const second = await model(2, first, 2);
    const third = await model(3, second, 2);
    writeFileSync(join(root, modelUri(second.card), 'card.json'), '{}');
    expect(await parentsOf(store, third.card)).toEqual(versions(second));
    expect(await parentsOf(store, { ...third.card, parent: 'v0007-0123' })).toEqual(['v0007-0123']);
  });

  it('tell whether groups have the same numbers', async () => {
    const first = await model(1, null, 3);
    const [left, right] = [await model(2, first, 3), await model(2, first, 4)];
    const other = await model(1, null, 5);
    const isOne = (a: Artefact, b: Artefact) => isOfOneLine(store, a.card, b.card.version);
    expect(await isOne(left, left)).toBe(true);
    expect(await isOne(left, first)).toBe(true);
    expect(await isOne(first, left)).toBe(true);
    expect(await isOne(left, right)).toBe(true);
    expect(await isOne(left, other)).toBe(false);
  });
});
