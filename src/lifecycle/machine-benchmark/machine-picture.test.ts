import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { judgeResiduals } from './judge-residuals.js';
import { machinePicture } from './machine-picture.js';

const random = new Random(2);
function recordings(count: number, length: number, level: number) {
  return Array.from({ length: count }, () =>
    Float64Array.from({ length }, () => level * Math.exp(0.2 * random.normal())),
  );
}

const options = {
  rule: { type: 'gamma', quantile: 0.99 },
  windows: 'within',
  seed: 1,
  resamples: 10,
} as const;
const categories = judgeResiduals(
  {
    validation: recordings(6, 60, 1),
    abnormal: [],
    test: recordings(4, 60, 1),
    categories: new Map([
      ['clack <6 dB>', recordings(4, 60, 1.3)],
      ['short', recordings(3, 4, 2)],
    ]),
  },
  options,
);

describe('the picture of a benchmark', () => {
  const svg = machinePicture(
    [
      { method: 'network', categories },
      { method: 'pca-64', categories },
    ],
    '10 recordings',
  );
  const count = (pattern: RegExp) => svg.match(pattern)?.length;

  it('has a row for each category, with names that XML can hold', () => {
    expect(svg).toContain('clack &lt;6 dB>');
    expect(count(/Balanced accuracy over n/g)).toBe(2);
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('has the curves of both methods, and the histograms of the first with its thresholds', () => {
    // Of the category of short recordings there are no means of five and twenty.
    expect(count(/stroke="#1f77b4" stroke-width="1.6"/g)).toBe(3 + 1 + 1 + 1);
    expect(count(/stroke="#7f7f7f" stroke-width="1.6"/g)).toBe(3 + 1 + 1 + 1);
    expect(count(/fill="#d62728" fill-opacity/g)).toBe(4);
    expect(svg).toContain('Residuals of network, n = 20');
    expect(svg).toContain(`AUC ${categories[0]!.means[0]!.auc!.toFixed(3)} at n = 1`);
  });
});
