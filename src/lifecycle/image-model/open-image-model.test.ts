import { beforeAll, describe, expect, it } from 'vitest';
import { type Artefact, openArtefact, sealArtefact } from '../artefact.js';
import { fitImageModel } from './fit-image-model.js';
import type { ImageDetails } from './image-details.js';
import { openImageModel } from './open-image-model.js';
import { DIMENSIONS, FIT, featuresOf, mixed, setOf } from './testing/pictures.js';

const IMAGES = mixed({ scratch: 30, hole: 20, dent: 20, 'deep dent': 15 }).map(image => ({
  ...image,
  nearLabel: image.kind,
}));

describe('an artefact of a model of images', () => {
  let artefact: Artefact;
  beforeAll(async () => {
    artefact = await fitImageModel(setOf(IMAGES), FIT);
  });

  /** The artefact with another card or other arrays, sealed as if it were meant so. */
  const changed = (
    change: (details: ImageDetails) => object,
    arrays = new Map(artefact.arrays),
    method = 'image',
  ) => {
    const { version: _, format: __, files: ___, ...draft } = artefact.card;
    const details = { ...(draft.details as ImageDetails), ...change(draft.details as ImageDetails) };
    const labels = new Map([['labels.json', artefact.files.get('labels.json')!]]);
    return sealArtefact({ ...draft, method, details }, arrays, labels);
  };
  const codeOf = (given: Artefact) => {
    try {
      openImageModel(given);
      return null;
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  it('gives the same answers after it was stored', () => {
    const stored = openImageModel(openArtefact(artefact.files));
    const images = featuresOf(mixed({ scratch: 5, crack: 5, dent: 5 }, { seed: 2 }));
    expect(stored.assign(images)).toEqual(openImageModel(artefact).assign(images));
    expect([stored.encoder, stored.dimensions]).toEqual(['test-encoder', DIMENSIONS]);
    expect(codeOf(changed(() => ({})))).toBe(null);
  });

  it('is refused when it is of another method, or its groups are no tree', () => {
    expect(codeOf(changed(() => ({}), artefact.arrays as Map<string, never>, 'noise'))).toBe('MODEL_INVALID');
    expect(codeOf(changed(({ groups }) => ({ groups: groups.slice(1) })))).toBe('MODEL_INVALID');
    expect(codeOf(changed(({ groups }) => ({ groups: [...groups].reverse() })))).toBe('MODEL_INVALID');
    expect(codeOf(changed(({ splits }) => ({ splits: splits.slice(0, 1) })))).toBe('MODEL_INVALID');
    expect(codeOf(changed(({ splits }) => ({ splits: [...splits, splits[0]] })))).toBe('MODEL_INVALID');
    expect(codeOf(changed(() => ({ encoder: '' })))).toBe('MODEL_INVALID');
  });

  it('is refused when an array is missing, of another shape or type, or holds what it can not use', () => {
    for (const [name, { data, shape }] of artefact.arrays) {
      const others = (value: typeof data | null, of = shape) => {
        const arrays = new Map(artefact.arrays);
        if (value) arrays.set(name, { data: value, shape: of });
        else arrays.delete(name);
        return changed(() => ({}), arrays);
      };
      expect(codeOf(others(null))).toBe('MODEL_INVALID');
      expect(codeOf(others(data.slice(1), [data.length - 1]))).toBe('MODEL_INVALID');
      expect(codeOf(others(Int32Array.from(data)))).toBe('MODEL_INVALID');
      const broken = data.slice();
      broken[0] = Number.NaN;
      expect(codeOf(others(broken))).toBe('MODEL_INVALID');
      if (!['variances', 'residuals', 'counts', 'bounds'].includes(name)) continue;
      broken[0] = 0;
      expect(codeOf(others(broken))).toBe('MODEL_INVALID');
    }
  });

  it('is refused when its labels are not those of its card', () => {
    const labels = (changes: object) => changed(details => ({ labels: { ...details.labels, ...changes } }));
    expect(codeOf(labels({ classes: ['a', 'b', 'c', 'd'] }))).toBe('MODEL_INVALID');
    expect(codeOf(labels({ classifier: 'svm' }))).toBe('MODEL_INVALID');
  });
});
