import { describe, expect, it } from 'vitest';
import { Pca } from '../../cluster/pca.js';
import { memorySource } from '../../nn/training/row-source.js';
import { Random } from '../../random.js';
import { PcaResidual } from './pca-residual.js';

/** Segments of 6 x 4 in a plane of three directions, with a little noise. */
function segments(count: number, seed: number, noise = 0.01): Float32Array {
  const [fixed, random] = [new Random(99), new Random(seed)];
  const directions = Float64Array.from({ length: 3 * 24 }, () => fixed.normal());
  const data = new Float32Array(count * 24);
  for (let row = 0; row < count; row++)
    for (let k = 0; k < 3; k++) {
      const along = random.normal();
      for (let col = 0; col < 24; col++) data[row * 24 + col]! += along * directions[k * 24 + col]!;
    }
  return data.map(value => value + noise * random.normal());
}

describe('the residual of principal components', () => {
  it('is the mean squared error of the reconstruction from them', async () => {
    const [normal, tested] = [segments(40, 1), segments(35, 2, 0.5)];
    const model = await PcaResidual.fit(memorySource(normal, [6, 4]), { components: 3 });
    const residuals = await model.score(memorySource(tested, [6, 4]));
    const pca = new Pca({ nComponents: 3 }).fit({ data: normal, rows: 40, cols: 24 });
    const x = { data: tested, rows: 35, cols: 24 };
    const back = pca.inverseTransform(pca.transform(x));
    for (let row = 0; row < 35; row++) {
      let sum = 0;
      for (let i = row * 24; i < (row + 1) * 24; i++) sum += (tested[i]! - back.data[i]!) ** 2;
      expect(residuals[row]).toBeCloseTo(sum / 24, 10);
    }
  });

  it('is small for what is like the normal segments, large for what is not', async () => {
    const model = await PcaResidual.fit(memorySource(segments(200, 1), [6, 4]), { mostSegments: 50 });
    expect([model.segments, model.components]).toEqual([50, 24]);
    const few = await PcaResidual.fit(memorySource(segments(200, 1), [6, 4]), { components: 3 });
    const normal = await few.score(memorySource(segments(20, 2), [6, 4]));
    const odd = await few.score(memorySource(segments(20, 3, 0.2), [6, 4]));
    expect(Math.max(...normal)).toBeLessThan(Math.min(...odd));
  });

  it('never is negative, and takes fewer components when segments are few', async () => {
    const data = segments(4, 1);
    const model = await PcaResidual.fit(memorySource(data, [6, 4]));
    expect(model.components).toBe(3);
    for (const residual of await model.score(memorySource(data, [6, 4]))) {
      expect(residual).toBeGreaterThanOrEqual(0);
      expect(residual).toBeLessThan(1e-6);
    }
  });

  it('refuses too few segments, and those of another shape', async () => {
    await expect(PcaResidual.fit(memorySource(segments(2, 1), [6, 4]))).rejects.toMatchObject({
      code: 'TRAINING_DATA_INSUFFICIENT',
    });
    const model = await PcaResidual.fit(memorySource(segments(9, 1), [6, 4]));
    await expect(model.score(memorySource(segments(2, 1), [4, 6]))).rejects.toMatchObject({
      code: 'MATRIX_INVALID',
      message: 'Segments are (4, 6), the components of (6, 4).',
    });
  });
});
