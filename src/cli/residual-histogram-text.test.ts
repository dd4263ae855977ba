import { describe, expect, it } from 'vitest';
import { residualHistogram } from '../anomaly/residual-histogram.js';
import { residualHistogramText } from './residual-histogram-text.js';

const of = (normal: number[], abnormal: number[], bins: number) =>
  residualHistogram(Float64Array.from(normal), Float64Array.from(abnormal), bins);

describe('the text of a histogram of residuals', () => {
  it('has a bar for each bin, and marks the one that holds the threshold', () => {
    const normal = [...Array(80).fill(0.1), 0.25];
    const text = residualHistogramText(of(normal, [0.25, 0.5], 4), 0.31);
    expect(text).toBe(
      [
        `0.1000  ${'█'.repeat(40)} 80 + 0`,
        '0.2000  █░ 1 + 1',
        '0.3000  0 + 0  < threshold 0.3100',
        '0.4000  ░ 0 + 1',
        '',
      ].join('\n'),
    );
  });

  it('puts a threshold that no bin holds before or after them', () => {
    const histogram = of([0.1, 0.2, 0.2], [], 2);
    const bars = [`0.1000  ${'█'.repeat(20)} 1`, `0.1500  ${'█'.repeat(40)} 2`];
    expect(residualHistogramText(histogram, 0.25)).toBe(`${bars.join('\n')}\n< threshold 0.2500\n`);
    expect(residualHistogramText(histogram, 0.05)).toBe(`< threshold 0.0500\n${bars.join('\n')}\n`);
    expect(residualHistogramText(histogram, 0.2)).toContain('2  < threshold 0.2000');
  });
});
