import { describe, expect, it } from 'vitest';
import { goldenTextures } from '../testing/goldens.js';
import { greyPicture } from '../testing/pictures.js';
import { coOccurrence, coOccurrenceProperties, LEVELS, PROPERTIES, steps } from './co-occurrence.js';

describe('co-occurrence', () => {
  it.each(goldenTextures())("has scikit-image's properties on $name", ({ image, coOccurrence: expected }) => {
    [1, 2, 4, 8].forEach((distance, d) => {
      steps(distance).forEach((step, angle) => {
        const properties = coOccurrenceProperties(coOccurrence(image, step));
        PROPERTIES.forEach((property, p) => {
          expect(properties[p], `${property} ${distance} ${angle}`).toBeCloseTo(
            expected[property]![d]![angle]!,
            9,
          );
        });
      });
    });
  });

  it('counts a pair both ways, and all pairs together are 1', () => {
    // Levels 0 and 31 side by side, three times.
    const shares = coOccurrence(
      greyPicture(2, 3, x => x * 255),
      { down: 0, across: 1 },
    );
    expect(shares[31]).toBe(0.5);
    expect(shares[31 * LEVELS]).toBe(0.5);
    expect(shares.reduce((a, b) => a + b)).toBe(1);
  });

  it('agrees wholly with itself where all is one level', () => {
    const shares = coOccurrence(
      greyPicture(20, 20, () => 130),
      { down: 1, across: -1 },
    );
    expect(coOccurrenceProperties(shares)).toEqual([0, 1, 1, 1, expect.closeTo(0)]);
  });
});
