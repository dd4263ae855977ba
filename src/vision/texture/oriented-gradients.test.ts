import { describe, expect, it } from 'vitest';
import { goldenTextures } from '../testing/goldens.js';
import { greyPicture } from '../testing/pictures.js';
import { ORIENTATIONS, orientedGradients, pooledGradients } from './oriented-gradients.js';

describe('orientedGradients', () => {
  it.each(goldenTextures())("equals scikit-image's hog on $name", ({ image, gradients }) => {
    const { blockRows, blockColumns, values } = orientedGradients(image);
    expect([blockRows, blockColumns]).toEqual([5, 7]);
    expect(values).toHaveLength(gradients.length);
    // scikit-image adds up a cell in 32 bits.
    for (let i = 0; i < values.length; i++) expect(Math.abs(values[i]! - gradients[i]!)).toBeLessThan(1e-6);
  });

  it('finds the direction of stripes, whichever edge is the bright one', () => {
    const upright = pooledGradients(orientedGradients(greyPicture(40, 40, x => ((x >> 2) % 2 ? 200 : 20))));
    const lying = pooledGradients(
      orientedGradients(greyPicture(40, 40, (_, y) => ((y >> 2) % 2 ? 200 : 20))),
    );
    // Brightness changes across in the one, 0°, and down in the other, 90°.
    expect(strongest(upright)).toBe(0);
    expect(strongest(lying)).toBe(4);
  });

  it('is 0 where all is flat', () => {
    const { values } = orientedGradients(greyPicture(16, 16, () => 255));
    expect(new Set(values)).toEqual(new Set([0]));
  });

  it('leaves out what is over whole cells', () => {
    const picture = (width: number, height: number) => greyPicture(width, height, (x, y) => (x * y) % 251);
    const whole = orientedGradients(picture(24, 17));
    expect(whole).toMatchObject({ blockRows: 1, blockColumns: 2 });
  });
});

describe('pooledGradients', () => {
  it('is the mean and the spread of each direction', () => {
    const values = new Float64Array(4 * ORIENTATIONS);
    values[3] = 0.4;
    values[3 + ORIENTATIONS] = 0.4;
    const pooled = pooledGradients({ blockRows: 1, blockColumns: 1, values });
    expect(pooled[3]).toBeCloseTo(0.2, 12);
    expect(pooled[ORIENTATIONS + 3]).toBeCloseTo(0.2, 12);
    expect(pooled.filter(value => value === 0)).toHaveLength(2 * ORIENTATIONS - 2);
  });
});

function strongest(pooled: Float64Array): number {
  const means = [...pooled.subarray(0, ORIENTATIONS)];
  return means.indexOf(Math.max(...means));
}
