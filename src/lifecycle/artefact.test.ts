import { describe, expect, it } from 'vitest';
import { type ArtefactFiles, openArtefact, sealArtefact } from './artefact.js';
import type { ModelCardDraft } from './model-card.js';

const draft: ModelCardDraft = {
  method: 'noise',
  kind: 'gmm',
  sequence: 3,
  parent: null,
  data: { rows: 2, fromUs: 1, toUs: 2, seen: [{ topic: 'features.noise', partition: 0, offset: 2 }] },
  seed: 1,
  parameters: { groups: 'auto' },
  indices: { silhouette: null, bic: -1.25e-7 },
  details: { any: ['thing', 1] },
};
/** Values that text would not keep. */
const values = Float64Array.of(0.1, -0, Number.MIN_VALUE, 1 / 3, Number.MAX_VALUE);
const arrays = new Map([['values', { data: values, shape: [5] }]]);

function change(files: ArtefactFiles, name: string, edit: (bytes: Uint8Array) => Uint8Array): ArtefactFiles {
  return new Map([...files].map(([each, bytes]) => [each, each === name ? edit(bytes.slice()) : bytes]));
}

function editText(replace: string, by: string): (bytes: Uint8Array) => Uint8Array {
  return bytes => Buffer.from(Buffer.from(bytes).toString().replace(replace, by));
}

describe('an artefact', () => {
  const sealed = sealArtefact(draft, arrays);

  it('comes back bit for bit', () => {
    const opened = openArtefact(sealed.files);
    expect(opened.card).toEqual(sealed.card);
    expect(opened.cardSha256).toBe(sealed.cardSha256);
    const { data } = opened.arrays.get('values')!;
    expect(Buffer.from(data.buffer)).toEqual(Buffer.from(values.buffer));
    expect(sealArtefact(draft, arrays).files).toEqual(sealed.files);
  });

  it('has a version that tells its content', () => {
    expect(sealed.card.version).toMatch(/^v0003-[0-9a-f]{12}$/);
    const other = sealArtefact({ ...draft, seed: 2 }, arrays);
    expect(other.card.version).not.toBe(sealed.card.version);
    const nudged = new Map([['values', { data: values.map(value => value + 1e-9), shape: [5] }]]);
    expect(sealArtefact(draft, nudged).card.version).not.toBe(sealed.card.version);
  });

  const flip = (bytes: Uint8Array) => {
    bytes[bytes.length - 1]! ^= 1;
    return bytes;
  };

  it.each<[string, ArtefactFiles]>([
    ['has no card', new Map()],
    ['has a card that is not JSON', change(sealed.files, 'card.json', () => Buffer.from('{'))],
    ['has a card of another form', change(sealed.files, 'card.json', editText('"format": 1', '"format": 2'))],
    ['has a card that was edited', change(sealed.files, 'card.json', editText('"seed": 1', '"seed": 9'))],
    ['has an array with a flipped bit', change(sealed.files, 'values.npy', flip)],
    ['has an array that is cut short', change(sealed.files, 'values.npy', bytes => bytes.subarray(0, 90))],
    ['lacks an array', new Map([...sealed.files].filter(([name]) => name === 'card.json'))],
  ])('is refused when it %s', (_, files) => {
    expect(() => openArtefact(files)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  });
});
