import { NO_NEAR_LABEL } from '../../../cluster/c-score/c-score.js';
import { groupColour } from '../../picture/colours.js';
import { MUTED } from '../../picture/style.js';
import { element, picture, placed, text } from '../../picture/svg.js';
import type { NearLabels } from '../near-labels.js';

const MARGIN = 24;
const HEADER = 84;
const SIZE = 640;
/** Between the frame and the outermost points. */
const INSET = 14;
const LEGEND = { left: MARGIN + SIZE + 28, width: 230, line: 18 };
const WIDTH = LEGEND.left + LEGEND.width;
const HEIGHT = HEADER + SIZE + 40;
/** Groups and near-labels that the legend has at most. */
const MOST_LINES = 16;

/** Outlines around the origin that can be told apart at a glance, some 6 wide; the first, a dot, is drawn by its stroke. */
const SHAPES = [
  'h0',
  'm-2.6 -2.6h5.2v5.2h-5.2z',
  'm0 -3.4l3.2 5.8h-6.4z',
  'm0 -3.8l3.8 3.8l-3.8 3.8l-3.8 -3.8z',
  'm-1 -3.4h2v2.4h2.4v2h-2.4v2.4h-2v-2.4h-2.4v-2h2.4z',
  'm0 3.4l3.2 -5.8h-6.4z',
  'm0 -4l1.2 2.8h2.8l-2.2 2l.9 3l-2.7 -1.8l-2.7 1.8l.9 -3l-2.2 -2h2.8z',
  'm-3.4 -1.3h6.8v2.6h-6.8z',
] as const;

export interface MapSubject {
  /** First two principal components of each image, `[images, 2]`. */
  readonly points: Float64Array;
  /** Group of each image, from 0. */
  readonly groups: ArrayLike<number>;
  /** Of the groups, for the legend. */
  readonly groupNames: readonly string[];
  /** Of each image, rows as in `points`; null for none. */
  readonly nearLabels: NearLabels | null;
}

/** An SVG picture: each image in the plane in which the features are widest, coloured by group; its shape is its near-label. */
export function groupMap(
  { points, groups, groupNames, nearLabels }: MapSubject,
  title: string,
  about: string,
): string {
  const places = placesOf(points);
  const marks = new Map<string, { group: number; shape: number; at: string[] }>();
  for (let i = 0; i < places.length; i++) {
    const group = groups[i]!;
    const shape = shapeOf(nearLabels?.ofRows[i] ?? NO_NEAR_LABEL);
    const mark = marks.get(`${group} ${shape}`) ?? { group, shape, at: [] };
    mark.at.push(`M${places[i]!.join(' ')}${SHAPES[shape]}`);
    marks.set(`${group} ${shape}`, mark);
  }
  const drawn = [...marks.values()].map(({ group, shape, at }) =>
    markPath(at.join(''), shape, groupColour(group)),
  );
  const frame = element('rect', { width: SIZE, height: SIZE, fill: '#fff', stroke: '#c8c8c8' });
  const axis = { fill: MUTED, 'font-size': 11, 'text-anchor': 'middle' };
  return picture(title, WIDTH, HEIGHT, [
    text(MARGIN, 40, title, { 'font-size': 20, 'font-weight': 600 }),
    text(MARGIN, 62, about, { fill: MUTED, 'font-size': 12 }),
    placed(
      MARGIN,
      HEADER,
      frame + element('g', { opacity: 0.8 }, drawn.join('')) + names(places, groups, groupNames),
    ),
    text(MARGIN + SIZE / 2, HEADER + SIZE + 18, 'PC 1', axis),
    text(0, 0, 'PC 2', { ...axis, transform: `translate(${MARGIN - 8} ${HEADER + SIZE / 2}) rotate(-90)` }),
    placed(LEGEND.left, HEADER, legend(groups, groupNames, nearLabels)),
  ]);
}

/** Without a near-label a dot, as where there are none at all; beyond eight near-labels shapes come again. */
function shapeOf(nearLabel: number): number {
  return nearLabel === NO_NEAR_LABEL ? 0 : nearLabel % SHAPES.length;
}

function markPath(d: string, shape: number, colour: string): string {
  return shape === 0
    ? element('path', { d, stroke: colour, 'stroke-width': 5.5, 'stroke-linecap': 'round' })
    : element('path', { d, fill: colour });
}

/** Where points stand in the frame, both axes by the same scale, so that distances are true. */
function placesOf(points: Float64Array): (readonly [number, number])[] {
  const xs = points.filter((_, i) => i % 2 === 0);
  const ys = points.filter((_, i) => i % 2 === 1);
  const ends = (values: Float64Array) =>
    values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)] as const, [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ] as readonly [number, number]);
  const [[left, right], [bottom, top]] = [ends(xs), ends(ys)];
  const span = Math.max(right - left, top - bottom) || 1;
  const scale = (SIZE - 2 * INSET) / span;
  const tenth = (value: number) => Math.round(10 * value) / 10;
  return Array.from(xs, (x, i) => [
    tenth(SIZE / 2 + scale * (x - (left + right) / 2)),
    tenth(SIZE / 2 - scale * (ys[i]! - (bottom + top) / 2)),
  ]);
}

/** The name of each group at the middle of its points. */
function names(
  places: readonly (readonly [number, number])[],
  groups: ArrayLike<number>,
  groupNames: readonly string[],
): string {
  const sums = groupNames.map(() => ({ x: 0, y: 0, n: 0 }));
  places.forEach(([x, y], i) => {
    const sum = sums[groups[i]!]!;
    sum.x += x;
    sum.y += y;
    sum.n++;
  });
  const halo = { stroke: '#fff', 'stroke-width': 4, 'paint-order': 'stroke', 'stroke-linejoin': 'round' };
  return sums
    .map(({ x, y, n }, group) =>
      n === 0
        ? ''
        : text(x / n, y / n + 5, groupNames[group]!, {
            ...halo,
            'text-anchor': 'middle',
            'font-size': 15,
            'font-weight': 700,
          }),
    )
    .join('');
}

function legend(
  groups: ArrayLike<number>,
  groupNames: readonly string[],
  nearLabels: NearLabels | null,
): string {
  const sizes = new Array<number>(groupNames.length).fill(0);
  for (let i = 0; i < groups.length; i++) sizes[groups[i]!]!++;
  const colours = groupNames.map((name, group) => ({
    mark: markPath('M6 -4h0', 0, groupColour(group)),
    name: `${name}: ${sizes[group]} images`,
  }));
  const shapes = (nearLabels?.names ?? []).map((name, i) => ({
    mark: markPath(`M6 -4${SHAPES[shapeOf(i)]}`, shapeOf(i), MUTED),
    name,
  }));
  return [
    ...block('Group (colour)', colours, 0),
    ...(nearLabels ? block('Near-label (shape)', shapes, Math.min(colours.length, MOST_LINES) + 3) : []),
  ].join('');
}

function block(heading: string, entries: readonly { mark: string; name: string }[], from: number): string[] {
  const more = entries.length - MOST_LINES;
  const shown = entries.slice(0, MOST_LINES);
  const at = (line: number, content: string) => placed(0, 12 + (from + line) * LEGEND.line, content);
  return [
    at(0, text(0, 0, heading, { 'font-size': 12, 'font-weight': 600 })),
    ...shown.map(({ mark, name }, i) => at(i + 1, mark + text(18, 0, shortened(name), { 'font-size': 12 }))),
    ...(more > 0
      ? [at(shown.length + 1, text(18, 0, `and ${more} more`, { 'font-size': 12, fill: MUTED }))]
      : []),
  ];
}

function shortened(name: string): string {
  return name.length > 34 ? `${name.slice(0, 33)}…` : name;
}
