import { NO_NEAR_LABEL } from '../../cluster/c-score/c-score.js';
import { type GroupNode, nodesOf, pathName } from '../../cluster/grouping/group-tree.js';
import { csvLine } from '../../csv.js';
import { type CellFigures, cellFigures } from './cell-figures.js';
import { groupsOfRows } from './group-figures.js';
import type { GroupingSubject } from './grouping-subject.js';
import type { NearLabels } from './near-labels.js';

/** Columns of the table of cells, by the figure. */
const COLUMNS: readonly (readonly [string, keyof CellFigures])[] = [
  ['algorithm', 'algorithm'],
  ['k', 'k'],
  ['groups', 'groups'],
  ['smallest', 'smallest'],
  ['largest', 'largest'],
  ['entropy_bits', 'entropy'],
  ['silhouette', 'silhouette'],
  ['c_score', 'cScore'],
  ['normalized_c_score', 'normalizedCScore'],
  ['convergence_difference', 'convergenceDifference'],
  ['adjusted_c_score', 'adjustedCScore'],
  ['nmi', 'nmi'],
  ['ari', 'ari'],
  ['accuracy', 'accuracy'],
  ['failure', 'failure'],
];

/** A cell, in which group it was computed, and what came of it. */
export interface SweptCell extends CellFigures {
  readonly path: string;
  readonly chosen: boolean;
  /** Of those that the rule asked for. */
  readonly stability: number | null;
}

/** Every cell of every level. */
export function sweptCells(tree: GroupNode, nearLabels: NearLabels | null): readonly SweptCell[] {
  return [...nodesOf(tree)].flatMap(({ path, rows, cells, choice }) =>
    cells.map(cell => ({
      path: pathName(path),
      chosen: cell === choice?.cell,
      ...cellFigures(cell, rows, nearLabels),
      stability: choice?.front.find(candidate => candidate.cell === cell)?.stability ?? null,
    })),
  );
}

/** A line a cell; `group` is what was parted, empty for all images. */
export function cellsCsv(cells: readonly SweptCell[]): string {
  const header = csvLine(['group', 'chosen', 'stability', ...COLUMNS.map(([name]) => name)]);
  const lines = cells.map(cell =>
    csvLine([cell.path, cell.chosen ? 1 : 0, cell.stability, ...COLUMNS.map(([, figure]) => cell[figure])]),
  );
  return header + lines.join('');
}

/** A line an image: the last group that it is in. */
export function groupsCsv(tree: GroupNode, { paths, nearLabels }: GroupingSubject): string {
  const groups = groupsOfRows(tree);
  const header = csvLine(['row', 'path', 'near_label', 'group']);
  return (
    header +
    groups
      .map((group, row) => csvLine([row, paths?.[row] ?? null, nearLabel(nearLabels, row), group]))
      .join('')
  );
}

function nearLabel(nearLabels: NearLabels | null, row: number): string | null {
  const place = nearLabels?.ofRows[row] ?? NO_NEAR_LABEL;
  return place === NO_NEAR_LABEL ? null : nearLabels!.names[place]!;
}
