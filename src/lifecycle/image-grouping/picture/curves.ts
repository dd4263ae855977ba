import { type Cell, type FittedCell, isFitted } from '../../../cluster/grouping/cell.js';
import { GROUPING_ALGORITHMS } from '../../../cluster/grouping/grouping-algorithm.js';
import { groupColour } from '../../picture/colours.js';
import { type Plot, plot, roundTicks } from '../../picture/plot.js';
import { MUTED } from '../../picture/style.js';
import { element, picture, placed, text } from '../../picture/svg.js';

const MARGIN = 24;
const GAP = 30;
const HEADER = 100;
const PANEL_HEIGHT = 260;
/** Wide where a column stands alone. */
const panelWidth = (columns: number) => (columns === 1 ? 760 : 420);

/** A figure of a cell over the number of groups. */
interface Figure {
  readonly title: string;
  readonly unit: string;
  readonly of: (cell: FittedCell) => number | null;
}

/** The paper's figure 2: entropy above, Silhouette below. */
const FIGURES: readonly Figure[] = [
  { title: 'Entropy (lower is better)', unit: 'bits', of: cell => cell.entropy },
  { title: 'Silhouette (higher is better)', unit: 'mean', of: cell => cell.silhouette },
];

/** Beside it where there are near-labels, column by column. */
const SCORES: readonly Figure[] = [
  {
    title: 'C-Score adjusted for chance (higher is better)',
    unit: '0 by chance, 1 perfect',
    of: ({ cScore }) => cScore?.adjusted ?? null,
  },
  {
    title: 'Convergence difference (falls by chance too)',
    unit: 'limit − normalised',
    of: ({ cScore }) => cScore?.convergenceDifference ?? null,
  },
  {
    title: 'C-Score',
    unit: 'sum of Jaccard similarities',
    of: ({ cScore }) => cScore?.cScore ?? null,
  },
  {
    title: 'Normalised C-Score',
    unit: 'C-Score / (k m)',
    of: ({ cScore }) => cScore?.normalized ?? null,
  },
];

/**
 * An SVG picture of a sweep like the paper's figure 2: entropy above, Silhouette below over the number of groups, a line an
 * algorithm; with near-labels the C-Score family beside them. Cells that could not be fitted leave gaps.
 *
 * @param chosen the cell that is marked; null for none
 */
export function curvesPicture(
  cells: readonly Cell[],
  chosen: FittedCell | null,
  title: string,
  about: string,
): string {
  const fitted = cells.filter(isFitted);
  const hasScores = fitted.some(({ cScore }) => cScore !== null);
  const figures = hasScores ? [...FIGURES, ...SCORES] : FIGURES;
  const columns = figures.length / 2;
  const size = { width: panelWidth(columns), height: PANEL_HEIGHT };
  const width = 2 * MARGIN + columns * size.width + (columns - 1) * GAP;
  const panels = figures.map((figure, i) =>
    placed(
      MARGIN + Math.floor(i / 2) * (size.width + GAP),
      HEADER + (i % 2) * (size.height + GAP),
      plot(panelOf(figure, cells, chosen), size),
    ),
  );
  return picture(title, width, HEADER + 2 * size.height + GAP + MARGIN, [
    text(MARGIN, 40, title, { 'font-size': 20, 'font-weight': 600 }),
    text(MARGIN, 62, `${about}${failuresOf(cells)}`, { fill: MUTED, 'font-size': 12 }),
    legend(cells),
    ...panels,
  ]);
}

function panelOf({ title, unit, of }: Figure, cells: readonly Cell[], chosen: FittedCell | null): Plot {
  const ks = cells.map(({ k }) => k);
  const values = cells.filter(isFitted).flatMap(cell => of(cell) ?? []);
  const x = range(ks, 1);
  const y = range([0, ...values], 0.05);
  const marked = chosen && of(chosen);
  return {
    title,
    x: { name: 'groups, k', ...x, ticks: roundTicks(x.low, x.high).filter(Number.isInteger) },
    y: { name: unit, ...y, ticks: roundTicks(y.low, y.high) },
    lines: algorithmsOf(cells).flatMap(algorithm => {
      const own = cells.filter(cell => cell.algorithm === algorithm).sort((a, b) => a.k - b.k);
      return stretches(own, of).map(points => ({
        xs: points.map(([k]) => k),
        ys: points.map(([, value]) => value),
        colour: algorithmColour(algorithm),
        dash: 'none',
      }));
    }),
    bars: [],
    marks: chosen && cells.length > 1 ? [chosen.k] : [],
    dots: marked === null ? [] : [{ x: chosen!.k, y: marked, colour: algorithmColour(chosen!.algorithm) }],
  };
}

/** Points of a line without those that are missing, each stretch by itself. */
function stretches(cells: readonly Cell[], of: Figure['of']): (readonly [number, number])[][] {
  const lines: (readonly [number, number])[][] = [[]];
  for (const cell of cells) {
    const value = isFitted(cell) ? of(cell) : null;
    if (value !== null) lines.at(-1)!.push([cell.k, value]);
    else lines.push([]);
  }
  // A single point is a line that is just long enough to be seen.
  return lines.flatMap(line =>
    line.length === 1
      ? [[line[0]!, [line[0]![0] + 0.2, line[0]![1]] as const]]
      : line.length > 1
        ? [line]
        : [],
  );
}

function failuresOf(cells: readonly Cell[]): string {
  const failed = cells.filter(cell => !isFitted(cell)).length;
  return failed === 0 ? '' : ` ${failed} of ${cells.length} cells could not be fitted: gaps.`;
}

function legend(cells: readonly Cell[]): string {
  const entries = algorithmsOf(cells).map((algorithm, i) =>
    placed(
      i * 158,
      0,
      element('path', { d: 'M0 0h24', stroke: algorithmColour(algorithm), 'stroke-width': 2 }) +
        text(30, 4, algorithm, { 'font-size': 12 }),
    ),
  );
  return placed(MARGIN, 84, entries.join(''));
}

function algorithmsOf(cells: readonly Cell[]) {
  return GROUPING_ALGORITHMS.filter(name => cells.some(({ algorithm }) => algorithm === name));
}

/** The same in every picture, whatever is left out. */
function algorithmColour(algorithm: Cell['algorithm']): string {
  return groupColour(GROUPING_ALGORITHMS.indexOf(algorithm));
}

/** Ends of an axis that holds all values, with a margin as a share, or of 1 where they are all one. */
function range(values: readonly number[], margin: number): { readonly low: number; readonly high: number } {
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  // What rounding leaves is no range.
  if (high - low < 1e-9) return { low: low - 1, high: high + 1 };
  if (margin === 1) return { low, high };
  const slack = margin * (high - low);
  return { low: low < 0 ? low - slack : low, high: high + slack };
}
