import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { holdOutRecent } from './hold-out-recent.js';
import { ImageWindow } from './image-window.js';
import { DIMENSIONS, ENCODER, mixed, setOf } from './testing/pictures.js';

const IMAGES = mixed({ scratch: 100, hole: 60 });

function windowOf(images: typeof IMAGES, most: number) {
  const window = new ImageWindow(ENCODER, DIMENSIONS, most);
  for (const image of images) window.add(image);
  return window;
}

describe('a window of images', () => {
  it('has a sample of many, the same in whatever order and however often they came', () => {
    const whole = windowOf(IMAGES, 40).trainingSet();
    expect(whole.features.rows).toBe(40);
    fc.assert(
      fc.property(fc.integer(), seed => {
        const images = new Random(seed).shuffle([...IMAGES, ...IMAGES.slice(0, 30)]);
        expect(windowOf(images, 40).trainingSet()).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('is in the order of time, and tells how far topics were read', () => {
    const window = windowOf(IMAGES.slice(0, 9).reverse(), 100);
    window.saw('features.image', 1, 7);
    window.saw('features.image', 0, 3);
    window.saw('features.image', 1, 9);
    expect(window.size).toBe(9);
    expect(window.trainingSet()).toEqual({
      ...setOf(IMAGES.slice(0, 9)),
      seen: [
        { topic: 'features.image', partition: 0, offset: 3 },
        { topic: 'features.image', partition: 1, offset: 9 },
      ],
    });
  });

  it('refuses features of another length, and is nothing to learn from when it is empty', () => {
    const window = new ImageWindow(ENCODER, 5, 10);
    expect(() => window.add(IMAGES[0]!)).toThrow(/12 features of test-encoder, not 5/);
    expect(() => window.trainingSet()).toThrow(/no images to learn from/);
  });
});

describe('pictures that are held out', () => {
  it('are of the newer half, and no picture is in both parts or in none', () => {
    const { learnt, heldOut } = holdOutRecent(setOf(IMAGES), 0.2);
    expect(heldOut.ids).toHaveLength(32);
    const newer = new Set(IMAGES.slice(80).map(({ id }) => id));
    expect(heldOut.ids.every(id => newer.has(id))).toBe(true);
    expect([...learnt.ids, ...heldOut.ids].sort()).toEqual(IMAGES.map(({ id }) => id).sort());
    expect(heldOut.features.rows).toBe(32);
    const first = IMAGES.find(({ id }) => id === heldOut.ids[0])!;
    expect([...heldOut.features.data.subarray(0, DIMENSIONS)]).toEqual([...first.features]);
  });
});
