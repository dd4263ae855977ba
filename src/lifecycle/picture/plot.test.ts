import { describe, expect, it } from 'vitest';
import { plot, roundTicks } from './plot.js';

const SIZE = { width: 146, height: 154 };
const axis = (low: number, high: number) => ({ name: 'a < b', low, high });

describe('a plot', () => {
  it('draws curves, bars and marks between the ends of its axes', () => {
    const svg = plot(
      {
        title: 'T',
        ...{ x: axis(0, 10), y: axis(0, 1) },
        lines: [{ xs: [0, 5, 10], ys: [0, 0.5, 1], colour: 'red', dash: 'none' }],
        bars: [{ edges: [0, 5, 10], heights: [1, 0.5], colour: 'green' }],
        marks: [5],
      },
      SIZE,
    );
    expect(svg).toContain('d="M0 100L50 50L100 0"');
    expect(svg).toContain('d="M0 100V0H50V50H100V100Z"');
    expect(svg).toContain('d="M50 0V100"');
    expect(svg).toContain('a &lt; b');
  });

  it('tells the ends of a narrow axis apart, and leaves out empty curves', () => {
    const svg = plot(
      {
        title: 'T',
        ...{ x: axis(0.99931, 1.00412), y: axis(0, 0.0857) },
        lines: [{ xs: [], ys: [], colour: 'red', dash: 'none' }],
        ...{ bars: [], marks: [] },
      },
      SIZE,
    );
    expect(svg).toContain('>0.999<');
    expect(svg).toContain('>0.086<');
    expect(svg).not.toContain('stroke="red"');
  });

  it('has lines and numbers at ticks in place of numbers at the ends, and dots over all else', () => {
    const x = { ...axis(2, 12), ticks: roundTicks(2, 12) };
    const svg = plot(
      {
        title: 'T',
        x,
        y: axis(0, 1),
        lines: [],
        bars: [],
        marks: [],
        dots: [{ x: 7, y: 0.5, colour: 'red' }],
      },
      SIZE,
    );
    expect(svg.match(/>(\d+)</g)).toEqual(['>2<', '>4<', '>6<', '>8<', '>10<', '>12<', '>0<', '>1<']);
    expect(svg).toContain('d="M0 0V100M20 0V100');
    expect(svg).toContain('<circle cx="50" cy="50"');
  });
});

describe('round ticks', () => {
  it.each([
    [0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [-0.04, 0.31, [0, 0.1, 0.2, 0.3]],
    [2, 50, [10, 20, 30, 40, 50]],
    [0, 1e-9, [0, 2e-10, 4e-10, 6e-10, 8e-10, 1e-9]],
  ])('lie within %d .. %d', (low, high, ticks) => {
    expect(roundTicks(low, high)).toEqual(ticks);
  });
});
