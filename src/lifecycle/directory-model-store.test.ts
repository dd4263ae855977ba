import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sealArtefact } from './artefact.js';
import { DirectoryModelStore } from './directory-model-store.js';
import { loadModel, modelUri, nextSequence, saveModel } from './model-store.js';

function artefact(sequence: number) {
  return sealArtefact(
    {
      method: 'noise',
      kind: 'gmm',
      sequence,
      parent: null,
      data: { rows: 1, fromUs: 0, toUs: 0, seen: [] },
      seed: 0,
      parameters: {},
      indices: {},
      details: null,
    },
    new Map([['values', { data: Float64Array.of(sequence), shape: [1] }]]),
  );
}

describe('DirectoryModelStore', () => {
  let root: string;
  let store: DirectoryModelStore;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'plantsense-models-'));
    store = new DirectoryModelStore(join(root, 'models'));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('gives back what was saved', async () => {
    const saved = artefact(1);
    await saveModel(store, saved);
    const loaded = await loadModel(store, modelUri(saved.card), saved.cardSha256);
    expect(loaded.card).toEqual(saved.card);
    expect(loaded.arrays).toEqual(saved.arrays);
  });

  it('leaves nothing but the model behind', async () => {
    await saveModel(store, artefact(1));
    expect(readdirSync(join(root, 'models', 'noise'))).toEqual([artefact(1).card.version]);
  });

  it('does nothing when the same model is saved again', async () => {
    const saved = artefact(1);
    await saveModel(store, saved);
    const card = join(root, 'models', modelUri(saved.card), 'card.json');
    const before = statSync(card);
    await saveModel(store, saved);
    expect(statSync(card).ino).toBe(before.ino);
  });

  it('puts a damaged model right when it is saved again', async () => {
    const saved = artefact(1);
    await saveModel(store, saved);
    const uri = modelUri(saved.card);
    writeFileSync(join(root, 'models', uri, 'values.npy'), 'damaged');
    await expect(loadModel(store, uri)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await saveModel(store, saved);
    expect((await loadModel(store, uri)).card).toEqual(saved.card);
  });

  it('does not see what a crash left half written', async () => {
    mkdirSync(join(root, 'models', 'noise', '.tmp-abc'), { recursive: true });
    expect(await store.versions('noise')).toEqual([]);
    expect(await nextSequence(store, 'noise')).toBe(1);
  });

  it('lists versions by sequence, and gives the next one', async () => {
    expect(await nextSequence(store, 'noise')).toBe(1);
    await saveModel(store, artefact(2));
    await saveModel(store, artefact(1));
    expect((await store.versions('noise')).map(version => version.slice(0, 5))).toEqual(['v0001', 'v0002']);
    expect(await nextSequence(store, 'noise')).toBe(3);
  });

  it('says that a model is not there', async () => {
    await expect(loadModel(store, 'noise/v0001-0')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });

  it('says that it can not be written: it used to be a mistake in Plantsense', async () => {
    writeFileSync(join(root, 'file'), '');
    const inFile = new DirectoryModelStore(join(root, 'file', 'models'));
    await expect(saveModel(inFile, artefact(1))).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE' });
  });

  it('refuses a model that is not the one announced', async () => {
    const saved = artefact(1);
    await saveModel(store, saved);
    const other = loadModel(store, modelUri(saved.card), artefact(2).cardSha256);
    await expect(other).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await store.write('noise/moved', saved.files);
    await expect(loadModel(store, 'noise/moved')).rejects.toThrow(/At noise\/moved lies/);
  });

  it.each(['../secrets', 'noise/../../etc', '/etc/passwd', '', 'noise/.tmp-abc', 'a\\b'])(
    'refuses the place %j, which an announcement could name',
    async uri => {
      await expect(store.read(uri)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    },
  );
});
