import { NO_NEAR_LABEL } from '../../cluster/c-score/c-score.js';
import { type GroupNode, nodesOf, pathName } from '../../cluster/grouping/group-tree.js';
import type { Choice, GroupingRule } from '../../cluster/grouping/grouping-rule.js';
import { type CellFigures, cellFigures } from './cell-figures.js';
import type { NearLabels } from './near-labels.js';

/** A group as it is written: figures and words, no rows. */
export interface GroupFigures {
  /** `2/25/1`; the empty string for all images. */
  readonly path: string;
  readonly images: number;
  /** Of all images, 0 .. 1. */
  readonly share: number;
  /** Share of the images with a near-label that have the most frequent one, 0 .. 1; null where none has one. */
  readonly purity: number | null;
  /** How many images have which near-label, the most frequent first. */
  readonly nearLabels: readonly { readonly name: string; readonly images: number }[];
  readonly suggestion: { readonly split: boolean; readonly reason: string };
  /** How it was split; null for a group that is whole. */
  readonly split: SplitFigures | null;
  readonly children: readonly GroupFigures[];
}

/** A cell that was chosen from, and how stable it is where the rule asks for that. */
export interface RankedCell extends CellFigures {
  readonly stability: number | null;
}

export interface SplitFigures {
  readonly chosen: CellFigures;
  readonly rule: GroupingRule;
  readonly explanation: readonly string[];
  /** What the cell was chosen from, best first. */
  readonly front: readonly RankedCell[];
  /** Cells that were tried, those that could not be fitted, and those that the rule left out for a tiny group. */
  readonly cells: number;
  readonly failed: number;
  readonly guarded: number;
}

/** The figures of a group and all below it. */
export function groupFigures(
  node: GroupNode,
  nearLabels: NearLabels | null,
  all = node.rows.length,
): GroupFigures {
  const { path, rows, suggestion, choice, children } = node;
  const { split, reason, impurity } = suggestion;
  return {
    path: pathName(path),
    images: rows.length,
    share: rows.length / all,
    purity: impurity === null ? null : 1 - impurity,
    nearLabels: nearLabels ? counts(rows, nearLabels) : [],
    suggestion: { split, reason },
    split: choice && splitFigures(node, choice, nearLabels),
    children: children.map(child => groupFigures(child, nearLabels, all)),
  };
}

function splitFigures(
  { cells, rows }: GroupNode,
  choice: Choice,
  nearLabels: NearLabels | null,
): SplitFigures {
  const { cell, rule, explanation, front, guarded } = choice;
  return {
    chosen: cellFigures(cell, rows, nearLabels),
    rule,
    explanation,
    front: front.map(({ cell: candidate, stability }) => ({
      ...cellFigures(candidate, rows, nearLabels),
      stability,
    })),
    cells: cells.length,
    failed: cells.filter(({ failure }) => failure !== null).length,
    guarded: guarded.length,
  };
}

function counts(rows: Int32Array, { names, ofRows }: NearLabels): { name: string; images: number }[] {
  const images = new Array<number>(names.length).fill(0);
  for (const row of rows) if (ofRows[row] !== NO_NEAR_LABEL) images[ofRows[row]!]!++;
  return names
    .map((name, i) => ({ name, images: images[i]! }))
    .filter(count => count.images > 0)
    .sort((a, b) => b.images - a.images);
}

/** A group and all below it, parents first. */
export function* figuresOf(group: GroupFigures): Generator<GroupFigures, void, void> {
  yield group;
  for (const child of group.children) yield* figuresOf(child);
}

/** Path of the last group that each row is in. */
export function groupsOfRows(tree: GroupNode): readonly string[] {
  const groups = new Array<string>(tree.rows.length).fill('');
  // Parents come first, so the deepest group has the last word.
  for (const { path, rows } of nodesOf(tree)) for (const row of rows) groups[row] = pathName(path);
  return groups;
}
