import { describe, expect, it } from 'vitest';
import { goldenTextures } from '../testing/goldens.js';
import { greyPicture } from '../testing/pictures.js';
import { localBinaryPatterns } from './local-binary-patterns.js';

describe('localBinaryPatterns', () => {
  it.each(goldenTextures())("counts the patterns of $name as scikit-image's", ({ image, patterns }) => {
    for (const [circle, counts] of Object.entries(patterns)) {
      const [points = 0, radius = 0] = circle.split(',').map(Number);
      const pixels = (image.width - 2 * radius) * (image.height - 2 * radius);
      const shares = localBinaryPatterns(image, points, radius);
      expect([...shares].map(share => Math.round(share * pixels))).toEqual(counts);
    }
  });

  it('finds all points as bright as the middle where all is one level, between pixels too', () => {
    for (const level of [0, 97, 255]) {
      const shares = localBinaryPatterns(
        greyPicture(9, 9, () => level),
        24,
        3,
      );
      expect(shares[24]).toBe(1);
    }
  });

  it('does not change with brightness and contrast', () => {
    const [texture] = goldenTextures();
    const half = { ...texture!.image, data: texture!.image.data.map(level => level >> 1) };
    const brighter = { ...half, data: half.data.map(level => level + 60) };
    const stretched = { ...half, data: half.data.map(level => level * 2) };
    const shares = localBinaryPatterns(half, 8, 1);
    expect(localBinaryPatterns(brighter, 8, 1)).toEqual(shares);
    expect(localBinaryPatterns(stretched, 8, 1)).toEqual(shares);
  });

  it('does not change with a quarter turn', () => {
    const [texture] = goldenTextures();
    const { image } = texture!;
    const turned = greyPicture(image.height, image.width, (x, y) => {
      return image.data[(image.height - 1 - x) * image.width + y]!;
    });
    expect(localBinaryPatterns(turned, 16, 2)).toEqual(localBinaryPatterns(image, 16, 2));
  });
});
