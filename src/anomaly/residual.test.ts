import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandHz, bandsOfEdges, equalBands } from './frequency-bands.js';
import { bandResiduals, residualOfBands, residuals } from './residual.js';

/** A segment and its reconstruction, of 1 to 12 rows and 1 to 4 columns. */
const pairs = fc
  .record({ bins: fc.integer({ min: 1, max: 12 }), width: fc.integer({ min: 1, max: 4 }) })
  .chain(({ bins, width }) => {
    const values = fc
      .array(fc.integer({ min: -50, max: 50 }), { minLength: bins * width, maxLength: bins * width })
      .map(numbers => Float32Array.from(numbers, value => value / 8));
    return fc.record({ bins: fc.constant(bins), segment: values, reconstruction: values });
  });

describe('the residual', () => {
  it('is the mean squared error of each segment', () => {
    const segments = Float32Array.of(1, 2, 3, 4, 0, 0, 0, 0);
    const reconstructions = Float32Array.of(1, 2, 3, 2, 1, 1, 1, 1);
    expect(residuals(segments, reconstructions, 4)).toEqual(Float64Array.of(1, 1));
    expect(residuals(segments, segments, 4)).toEqual(Float64Array.of(0, 0));
  });

  it('is told by band: a band has the error of its own rows only', () => {
    // Three rows of two columns.
    const segment = Float32Array.of(1, 1, 2, 2, 3, 3);
    const reconstruction = Float32Array.of(1, 1, 2, 4, 0, 3);
    expect(bandResiduals(segment, reconstruction, equalBands(3, 3))).toEqual(Float64Array.of(0, 2, 4.5));
    expect(bandResiduals(segment, reconstruction, bandsOfEdges([0, 2, 3]))).toEqual(Float64Array.of(1, 4.5));
  });

  it('of a segment is the mean of its bands’, weighted with their rows', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 12 }), ({ bins, segment, reconstruction }, count) => {
        const bands = equalBands(bins, Math.min(bins, count));
        const whole = residuals(segment, reconstruction, segment.length)[0]!;
        expect(residualOfBands(bandResiduals(segment, reconstruction, bands), bands)).toBeCloseTo(whole, 9);
      }),
    );
  });

  it('refuses shapes that do not fit', () => {
    const values = new Float32Array(6);
    expect(() => residuals(values, new Float32Array(5), 3)).toThrow(/6 values of segments have 5/);
    expect(() => residuals(values, values, 6, new Float64Array(2))).toThrow(/not 2 segments of 6/);
    expect(() => residuals(values, values, 4)).toThrow(/6 values are not 1 segments of 4/);
    expect(() => residuals(values, values, 0)).toThrow(/size of a segment/);
    expect(() => bandResiduals(values, values, equalBands(4, 2))).toThrow(/does not fit 2 bands/);
  });
});

describe('frequency bands', () => {
  it('part the rows into equal widths, one row apart where that can’t be', () => {
    expect(equalBands(1024, 4).edges).toEqual(Int32Array.of(0, 256, 512, 768, 1024));
    expect(equalBands(10, 4).edges).toEqual(Int32Array.of(0, 3, 5, 8, 10));
  });

  it('know their frequencies: the first row is the bin after 0 Hz', () => {
    // 2048 samples at 16,384 Hz make bins of 8 Hz.
    expect(bandHz(equalBands(1024, 4), 0, 16_384, 2048)).toEqual([4, 2052]);
    expect(bandHz(equalBands(1024, 4), 3, 16_384, 2048)).toEqual([6148, 8196]);
  });

  it('refuse edges that do not rise from 0, and more bands than rows', () => {
    for (const edges of [[0], [1, 2], [0, 2, 2], [0, 1.5], [0, Number.NaN]])
      expect(() => bandsOfEdges(edges)).toThrow(/must be integers that rise from 0/);
    expect(() => equalBands(3, 4)).toThrow(/3 rows can't be parted into 4 bands/);
    expect(() => equalBands(0, 1)).toThrow(/number of rows/);
  });
});
