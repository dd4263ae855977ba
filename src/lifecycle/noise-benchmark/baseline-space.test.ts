import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../cluster/matrix.js';
import { memorySource } from '../../nn/training/row-source.js';
import { Random } from '../../random.js';
import { BASELINE_METHODS } from './baseline-methods.js';
import { baselineSpace } from './baseline-space.js';
import { methodOptions, methodSpace } from './benchmark-options.js';
import { COMPONENTS } from './principal-components.js';

const RECORDINGS = 60;

/** Columns of very different scale that depend on each other. */
function pooledOf(rows: number, cols: number): Matrix {
  const random = new Random(3);
  const data = new Float32Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    const level = random.normal();
    for (let col = 0; col < cols; col++)
      data[row * cols + col] = -40 + (col + 1) * (level + random.normal() / (col + 1));
  }
  return { data, rows, cols };
}

const spectrograms = memorySource(
  Float32Array.from({ length: RECORDINGS * 6 }, (_, i) => -i),
  [2, 3],
);
const pooled = pooledOf(RECORDINGS, 24);

/** Covariance of two columns, with n - 1 degrees of freedom. */
function covariance({ data, rows, cols }: Matrix, a: number, b: number): number {
  const column = (col: number) => Array.from({ length: rows }, (_, row) => data[row * cols + col]!);
  const mean = (values: readonly number[]) => values.reduce((x, y) => x + y) / rows;
  const [x, y] = [column(a), column(b)];
  const [meanX, meanY] = [mean(x), mean(y)];
  return x.reduce((sum, value, row) => sum + (value - meanX) * (y[row]! - meanY), 0) / (rows - 1);
}

describe('the space of a baseline', () => {
  it('is the pooled statistics as they are', async () => {
    expect(await baselineSpace('pooled', { pooled, spectrograms })).toBe(pooled);
  });

  it('is ten principal components that do not depend on each other, of variance 1 each', async () => {
    const space = await baselineSpace('pca', { pooled, spectrograms });
    expect([space.rows, space.cols]).toEqual([RECORDINGS, COMPONENTS]);
    for (let a = 0; a < COMPONENTS; a++)
      for (let b = 0; b <= a; b++) expect(covariance(space, a, b)).toBeCloseTo(a === b ? 1 : 0, 9);
  });

  it('has no component that is rounding: whitened, it would count as much as any', async () => {
    const four = pooledOf(RECORDINGS, 4);
    const data = Float32Array.from({ length: RECORDINGS * 16 }, (_, i) => {
      const row = Math.floor(i / 16);
      return four.data[row * 4 + (i % 4)]!;
    });
    const space = await baselineSpace('pca', { pooled: { data, rows: RECORDINGS, cols: 16 }, spectrograms });
    expect(space.cols).toBe(4);
  });

  it('does not depend on the units of the statistics: they are standardised before', async () => {
    const scaled = { ...pooled, data: pooled.data.map((value, i) => value * (1 + (i % pooled.cols))) };
    const [space, again] = await Promise.all(
      [pooled, scaled].map(statistics => baselineSpace('pca', { pooled: statistics, spectrograms })),
    );
    // What is left of the difference is the rounding of 32-bit floats.
    for (let row = 0; row < RECORDINGS; row++)
      expect(Math.abs(again!.data[row * COMPONENTS]!)).toBeCloseTo(
        Math.abs(space!.data[row * COMPONENTS]!),
        4,
      );
  });

  it('has as many components as there are, where there are no ten', async () => {
    const few = { pooled: pooledOf(RECORDINGS, 4), spectrograms };
    expect((await baselineSpace('pca', few)).cols).toBe(4);
  });

  it('is all cells of a spectrogram, in the order of the recordings', async () => {
    const { data, rows, cols } = await baselineSpace('spectrogram', { pooled, spectrograms });
    expect([rows, cols]).toEqual([RECORDINGS, 6]);
    expect([...data.subarray(6, 9)]).toEqual([-6, -7, -8]);
  });

  it('refuses spectrograms that memory does not hold, before it reads one', async () => {
    const read = () => {
      throw new Error('It should not read.');
    };
    const many = { rows: 20_000, shape: [128, 323], read };
    await expect(baselineSpace('spectrogram', { pooled, spectrograms: many })).rejects.toMatchObject({
      code: 'MATRIX_INVALID',
      message: expect.stringMatching(/^20000 flat spectrograms .* at most 12985 can be grouped\.$/),
    });
  });

  it('is in what a result depends on', () => {
    const settings = { k: 3, network: {} } as Parameters<typeof methodOptions>[1];
    expect(BASELINE_METHODS.map(method => [method, methodSpace(method)])).toEqual([
      ['kmeans', 'pooled'],
      ['gmm', 'pooled'],
      ['pca+kmeans', 'pca'],
      ['pca+gmm', 'pca'],
      ['spectrogram+kmeans', 'spectrogram'],
      ['spectrogram+gmm', 'spectrogram'],
    ]);
    expect(methodOptions('kmeans', settings, 9)).toEqual({ k: 3 });
    expect(methodOptions('pca+gmm', settings, 9)).toEqual({ k: 3, components: 10 });
    expect(methodOptions('spectrogram+gmm', settings, 9)).toEqual({ k: 3 });
  });
});
