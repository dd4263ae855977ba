import { MUTED } from './style.js';
import { element, placed, text } from './svg.js';

export interface Axis {
  readonly name: string;
  readonly low: number;
  /** Above `low`. */
  readonly high: number;
  /** Values between the ends that have a line and a number; none when left out. */
  readonly ticks?: readonly number[];
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
  /** Points that stand out, over all else. */
  readonly dots?: readonly { readonly x: number; readonly y: number; readonly colour: string }[];
}

const LEFT = 46;
const TOP = 20;
const BOTTOM = 34;
const SMALL = { fill: MUTED, 'font-size': 11 };
const INK = '#1f2328';

/** Where values stand in the frame. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly across: (value: number) => number;
  readonly up: (value: number) => number;
}

/** A plot as SVG, with its title above it. */
export function plot(
  { title, x, y, lines, bars, marks, dots = [] }: Plot,
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
    element('path', { d: `M${across(value)} 0V${height}`, stroke: INK, 'stroke-dasharray': '1 2' }),
  );
  const dotted = dots.map(dot =>
    element('circle', { cx: across(dot.x), cy: up(dot.y), r: 4, fill: dot.colour, stroke: INK }),
  );
  const frame = { width, height, across, up };
  const drawn = [ground(x, y, frame), ...columns, ...curves, ...marked, ...dotted];
  return [
    text(LEFT, 12, title, { 'font-size': 12, 'font-weight': 600 }),
    placed(LEFT, TOP, drawn.join('')),
    placed(LEFT, TOP, [...numbersBelow(x, frame), ...numbersBeside(y, frame)].join('')),
    text(LEFT + width / 2, TOP + height + 28, x.name, { ...SMALL, 'text-anchor': 'middle' }),
    text(0, 0, y.name, {
      ...SMALL,
      'text-anchor': 'middle',
      transform: `translate(12 ${round(TOP + height / 2)}) rotate(-90)`,
    }),
  ].join('');
}

/** The frame, with the lines of the ticks. */
function ground(x: Axis, y: Axis, { width, height, across, up }: Frame): string {
  const d = [
    ...(x.ticks ?? []).map(value => `M${across(value)} 0V${height}`),
    ...(y.ticks ?? []).map(value => `M0 ${up(value)}H${width}`),
  ].join('');
  const frame = element('rect', { width, height, fill: '#fff', stroke: '#c8c8c8' });
  return d === '' ? frame : frame + element('path', { d, stroke: '#eceff1' });
}

/** Of the x axis: those of the ticks, else its ends. */
function numbersBelow({ ticks, ...axis }: Axis, { width, height, across }: Frame): string[] {
  const below = height + 14;
  if (ticks)
    return ticks.map(value => text(across(value), below, `${value}`, { ...SMALL, 'text-anchor': 'middle' }));
  const [left, right] = ends(axis);
  return [text(0, below, left, SMALL), text(width, below, right, { ...SMALL, 'text-anchor': 'end' })];
}

/** Of the y axis. */
function numbersBeside({ ticks, ...axis }: Axis, { height, up }: Frame): string[] {
  const beside = { ...SMALL, 'text-anchor': 'end' };
  if (ticks) return ticks.map(value => text(-6, up(value) + 4, `${value}`, beside));
  const [bottom, top] = ends(axis);
  return [text(-6, height, bottom, beside), text(-6, 10, top, beside)];
}

/** Round numbers between the ends of an axis, some five of them: steps of 1, 2 or 5 times a power of ten. */
export function roundTicks(low: number, high: number): readonly number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find(factor => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

/** The numbers at the ends of an axis, with as many digits as tell them apart. */
function ends({ low, high }: Pick<Axis, 'low' | 'high'>): readonly [string, string] {
  for (let digits = 2; digits < 15; digits++) {
    const [from, to] = [low, high].map(value => `${Number(value.toPrecision(digits))}`);
    if (from !== to) return [from!, to!];
  }
  return [`${low}`, `${high}`];
}
