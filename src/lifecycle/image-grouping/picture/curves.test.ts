import { describe, expect, it } from 'vitest';
import type { Cell, FittedCell } from '../../../cluster/grouping/cell.js';
import { curvesPicture } from './curves.js';

const none = {
  labels: null,
  groups: null,
  smallest: null,
  largest: null,
  entropy: null,
  silhouette: null,
} as const;

function fitted(k: number, entropy: number, silhouette: number): FittedCell {
  const labels = Int32Array.of(0, 1);
  return {
    ...{ algorithm: 'kmeans', k, labels, groups: k, smallest: 1, largest: 1 },
    ...{ entropy, silhouette, cScore: null, failure: null },
  };
}

function failed(k: number): Cell {
  const failure = { code: 'MIXTURE_ILL_DEFINED', message: 'singular' } as const;
  return { algorithm: 'kmeans', k, ...none, cScore: null, failure };
}

const strokes = (svg: string) =>
  [...svg.matchAll(/<path d="(M[^"]*)" fill="none" stroke="#1f77b4"/g)].map(([, d]) => d);

describe('the curves of a sweep', () => {
  it('are entropy above and Silhouette below, with gaps where cells failed', () => {
    const cells = [fitted(2, 1, 0.5), fitted(3, 1.5, 0.4), failed(4), fitted(5, 2, 0.2), fitted(6, 2.5, 0.1)];
    const svg = curvesPicture(cells, fitted(3, 1.5, 0.4), 'Images', 'About.');
    // Two stretches in each of the two plots.
    expect(strokes(svg)).toHaveLength(4);
    expect(strokes(svg).every(d => d!.split('L').length === 2)).toBe(true);
    expect(svg).toContain('1 of 5 cells could not be fitted');
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg.indexOf('Entropy')).toBeLessThan(svg.indexOf('Silhouette'));
    expect(svg).not.toContain('C-Score');
  });

  it('have the C-Score family where there are near-labels', () => {
    const cScore = { k: 2, m: 2, cScore: 2, normalized: 0.5, upperLimit: 0.5, convergenceDifference: 0 };
    const cell = { ...fitted(2, 1, 0.5), cScore: { ...cScore, expected: 0.6, adjusted: 1 } };
    const svg = curvesPicture([cell], cell, 'Images', 'About.');
    for (const name of ['adjusted for chance', 'Convergence difference', 'Normalised C-Score'])
      expect(svg).toContain(name);
    expect(svg).not.toContain('NaN');
  });

  it('can be drawn of nothing but failures', () => {
    expect(curvesPicture([failed(2), failed(3)], null, 'Images', '')).not.toMatch(/NaN|Infinity/);
  });
});
