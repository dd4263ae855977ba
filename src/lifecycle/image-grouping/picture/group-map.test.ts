import { describe, expect, it } from 'vitest';
import { nearLabelsOf } from '../near-labels.js';
import { groupMap } from './group-map.js';

describe('a map of groups', () => {
  const points = Float64Array.of(-3, 0, -2, 0, 1, 0);
  const groups = [0, 0, 1];

  it('has a colour a group, a shape a near-label, and true distances', () => {
    const nearLabels = nearLabelsOf(['patch', 'scratch', 'scratch']);
    const svg = groupMap({ points, groups, groupNames: ['2/0', '2/1'], nearLabels }, 'Map', 'About.');
    // The first near-label is a dot, the second a square.
    const dot = /<path d="M([\d.]+) ([\d.]+)h0" stroke="#1f77b4"/.exec(svg)!;
    const square = /<path d="M([\d.]+) ([\d.]+)m-2.6 -2.6h5.2v5.2h-5.2z" fill="#1f77b4"/.exec(svg)!;
    const other = /<path d="M([\d.]+) ([\d.]+)m-2.6 -2.6h5.2v5.2h-5.2z" fill="#ff7f0e"/.exec(svg)!;
    const [a, b, c] = [dot, square, other].map(match => Number(match[1]));
    expect((c! - b!) / (b! - a!)).toBeCloseTo(3, 1);
    expect(new Set([dot, square, other].map(match => match[2])).size).toBe(1);
    expect(svg).toContain('2/0: 2 images');
    expect(svg).toContain('>patch<');
  });

  it('stands even where all images are the same', () => {
    const svg = groupMap(
      { points: new Float64Array(6), groups, groupNames: ['0', '1'], nearLabels: null },
      'Map',
      '',
    );
    expect(svg).not.toMatch(/NaN|Near-label/);
  });

  it('names what its legend has no room for', () => {
    const groupNames = Array.from({ length: 40 }, (_, i) => `${i}`);
    const svg = groupMap({ points, groups, groupNames, nearLabels: null }, 'Map', '');
    expect(svg).toContain('and 24 more');
  });
});
