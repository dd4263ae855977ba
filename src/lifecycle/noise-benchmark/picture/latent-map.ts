import { groupColour } from '../../picture/colours.js';
import { MUTED } from '../../picture/style.js';
import { element, placed, text } from '../../picture/svg.js';
import type { FittedOutcome } from '../run-result.js';

const SIZE = 214;
const MARGIN = 10;
/** For the names of the axes. */
const GUTTER = 16;

export const MAP = { width: GUTTER + SIZE, height: SIZE + GUTTER };

/**
 * The recordings in the plane in which the method's own space is widest, one dot each.
 * @param places of the groups, for their colours
 */
export function latentMap(
  { map, labels }: Pick<FittedOutcome, 'map' | 'labels'>,
  places: ReadonlyMap<number, number>,
): string {
  const [x, y] = [0, 1].map(axis => range(map.map(point => point[axis]!))) as [Range, Range];
  const span = SIZE - 2 * MARGIN;
  const dots = new Map<number, string[]>();
  for (const [i, point] of map.entries()) {
    const cx = Math.round(10 * (MARGIN + span * x(point[0]))) / 10;
    const cy = Math.round(10 * (MARGIN + span * (1 - y(point[1])))) / 10;
    const group = dots.get(labels[i]!) ?? [];
    // A line of no length with round ends is a dot.
    group.push(`M${cx} ${cy}h0`);
    dots.set(labels[i]!, group);
  }
  const groups = [...dots].map(([label, lines]) =>
    element('path', { d: lines.join(''), stroke: groupColour(places.get(label)!) }),
  );
  const frame = element('rect', { width: SIZE, height: SIZE, fill: '#fff', stroke: '#c8c8c8' });
  const name = { fill: MUTED, 'font-size': 11, 'text-anchor': 'middle' };
  return [
    text(GUTTER + SIZE / 2, SIZE + 13, 'PC 1', name),
    text(0, 0, 'PC 2', { ...name, transform: `translate(10 ${SIZE / 2}) rotate(-90)` }),
    placed(
      GUTTER,
      0,
      frame + element('g', { 'stroke-width': 5, 'stroke-linecap': 'round', opacity: 0.8 }, groups.join('')),
    ),
  ].join('');
}

type Range = (value: number) => number;

/** Maps values to 0 .. 1; equal ones to the middle. */
function range(values: readonly number[]): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return value => (high > low ? (value - low) / (high - low) : 0.5);
}
