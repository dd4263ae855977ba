import { MUTED } from './style.js';
import { element, placed, text } from './svg.js';

export interface Axis {
  readonly name: string;
  readonly low: number;
  /** Above `low`. */
  readonly high: number;
}

/** Curves, bars and marks over two axes. */
export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly {
    readonly xs: readonly number[];
    readonly ys: readonly number[];
    readonly colour: string;
    /** Of SVG, `none` for a full line. */
    readonly dash: string;
  }[];
  readonly bars: readonly {
    /** One more than heights, rising. */
    readonly edges: readonly number[];
    readonly heights: readonly number[];
    readonly colour: string;
  }[];
  /** Places on the x axis, with a line each. */
  readonly marks: readonly number[];
}

const LEFT = 46;
const TOP = 20;
const BOTTOM = 34;
const SMALL = { fill: MUTED, 'font-size': 11 };

/** A plot as SVG, with its title above it. */
export function plot(
  { title, x, y, lines, bars, marks }: Plot,
  size: { readonly width: number; readonly height: number },
): string {
  const width = size.width - LEFT;
  const height = size.height - TOP - BOTTOM;
  const across = (value: number) => round((width * (value - x.low)) / (x.high - x.low));
  const up = (value: number) => round(height * (1 - (value - y.low) / (y.high - y.low)));
  const curves = lines
    .filter(({ xs }) => xs.length > 0)
    .map(({ xs, ys, colour, dash }) =>
      element('path', {
        d: `M${xs.map((value, i) => `${across(value)} ${up(ys[i]!)}`).join('L')}`,
        ...{ fill: 'none', stroke: colour, 'stroke-width': 1.6, 'stroke-dasharray': dash },
      }),
    );
  const columns = bars.map(({ edges, heights, colour }) => {
    const steps = heights.map((value, i) => `V${up(value)}H${across(edges[i + 1]!)}`);
    const d = `M${across(edges[0]!)} ${height}${steps.join('')}V${height}Z`;
    return element('path', { d, fill: colour, 'fill-opacity': 0.35, stroke: colour });
  });
  const marked = marks.map(value =>
    element('path', { d: `M${across(value)} 0V${height}`, stroke: '#1f2328', 'stroke-dasharray': '1 2' }),
  );
  const [left, right] = ends(x);
  const [bottom, top] = ends(y);
  const frame = element('rect', { width, height, fill: '#fff', stroke: '#c8c8c8' });
  return [
    text(LEFT, 12, title, { 'font-size': 12, 'font-weight': 600 }),
    placed(LEFT, TOP, [frame, ...columns, ...curves, ...marked].join('')),
    text(LEFT, TOP + height + 14, left, SMALL),
    text(LEFT + width, TOP + height + 14, right, { ...SMALL, 'text-anchor': 'end' }),
    text(LEFT + width / 2, TOP + height + 28, x.name, { ...SMALL, 'text-anchor': 'middle' }),
    text(LEFT - 6, TOP + height, bottom, { ...SMALL, 'text-anchor': 'end' }),
    text(LEFT - 6, TOP + 10, top, { ...SMALL, 'text-anchor': 'end' }),
    text(0, 0, y.name, {
      ...SMALL,
      'text-anchor': 'middle',
      transform: `translate(12 ${round(TOP + height / 2)}) rotate(-90)`,
    }),
  ].join('');
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

/** The numbers at the ends of an axis, with as many digits as tell them apart. */
function ends({ low, high }: Axis): readonly [string, string] {
  for (let digits = 2; digits < 15; digits++) {
    const [from, to] = [low, high].map(value => `${Number(value.toPrecision(digits))}`);
    if (from !== to) return [from!, to!];
  }
  return [`${low}`, `${high}`];
}
