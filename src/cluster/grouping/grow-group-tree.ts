import { PlantsenseError } from '../../errors.js';
import { denseLabels } from '../label-counts.js';
import { checkMatrix, type Matrix, takeRows } from '../matrix.js';
import { checkInteger } from '../parameters.js';
import { type Cell, type CellId, cellKey, type FittedCell } from './cell.js';
import { cellsToMeasure, chooseCell } from './choose-cell.js';
import { type GroupNode, pathName } from './group-tree.js';
import type { GroupingAlgorithm } from './grouping-algorithm.js';
import type { Choice, GroupingRule } from './grouping-rule.js';
import { impurityOf, type SplitBounds, suggestSplit } from './split-suggestion.js';
import { stabilityMeasure } from './stability.js';
import { sweepCells } from './sweep-cells.js';
import { cellsOf, fullSweepOptions, type SweepOptions } from './sweep-options.js';

/** What a person says about a group: split it so, decide by the rule, or leave it whole. */
export type SplitDecision = { readonly algorithm: GroupingAlgorithm; readonly k: number } | 'auto' | 'none';

/** How a tree of groups is grown. */
export interface GroupTreeOptions {
  /** What is tried at each level; `known` and `nearLabels` are the tree's own. */
  readonly sweep?: Omit<SweepOptions, 'known' | 'nearLabels'>;
  /** How a cell is chosen. Default Pareto. */
  readonly rule?: GroupingRule;
  /**
   * The same below the first level. Default: the chance-adjusted C-Score in groups with more than one near-label, else as
   * on the first.
   */
  readonly subRule?: GroupingRule;
  /** Levels of groups at most. Default 1: no sub-groups. */
  readonly maxDepth?: number;
  /** What a person says, by path (`2`, `2/25`; the empty string is the root). Others are decided by `otherwise`. */
  readonly decisions?: Readonly<Record<string, SplitDecision>>;
  /** About groups without a decision: split what is suggested, or leave all whole. Default auto. */
  readonly otherwise?: 'auto' | 'none';
  readonly bounds?: SplitBounds;
  /**
   * Cells that are known from before of the group with that path and these rows: they are not computed again. Where a
   * person chose a cell, the others that are known stand beside it.
   */
  readonly knownCells?: (path: string, rows: Int32Array) => readonly Cell[];
}

/** Groups that have fewer rows in the mean are not looked for. */
const LEAST_MEAN_SIZE = 2;

/** A cell that was computed, and in which group; or one whose stability was measured after all cells were there. */
export interface TreeStep {
  readonly path: readonly number[];
  readonly cell: Cell;
  /** Null while cells are computed. */
  readonly stability: number | null;
}

/**
 * Groups the rows, and the rows of each group again, to any depth: every level goes through the same pipeline. A
 * generator of the cells that it computes, which in the end returns the tree; see {@link sweepCells} for the why.
 *
 * A group without a person's decision is split when `suggestSplit` says so. The first level always is.
 *
 * @param x `[images, features]`, unscaled
 * @param nearLabels near-label of each row, -1 for none; null: there are none
 * @throws PlantsenseError as `sweepCells` and `chooseCell`; PARAMETER_INVALID when a decision names a group that doesn't
 *   come to be
 */
export function* growGroupTree(
  x: Matrix,
  nearLabels: ArrayLike<number> | null,
  options: GroupTreeOptions = {},
): Generator<TreeStep, GroupNode, void> {
  checkMatrix(x);
  const { maxDepth = 1, decisions = {} } = options;
  checkInteger('maxDepth', maxDepth, 1);
  if (nearLabels && nearLabels.length !== x.rows)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `There are ${nearLabels.length} near-labels for ${x.rows} rows.`,
    );
  const open = new Set(Object.keys(decisions));
  const rows = Int32Array.from({ length: x.rows }, (_, row) => row);
  const root = yield* grow(x, nearLabels, rows, [], options, open);
  if (open.size > 0)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `There is no group ${[...open].map(path => `'${path}'`).join(', ')} to decide about.`,
    );
  return root;
}

function* grow(
  all: Matrix,
  allNearLabels: ArrayLike<number> | null,
  rows: Int32Array,
  path: readonly number[],
  options: GroupTreeOptions,
  open: Set<string>,
): Generator<TreeStep, GroupNode, void> {
  const name = pathName(path);
  const { maxDepth = 1, decisions = {}, otherwise = 'auto' } = options;
  const decision = decisions[name] ?? (path.length === 0 ? 'auto' : otherwise);
  open.delete(name);
  const x = takeRows(all, rows);
  const nearLabels = allNearLabels && Array.from(rows, row => allNearLabels[row]!);
  const suggestion = suggestSplit(x, nearLabels, options.bounds);
  const leaf: GroupNode = { path, rows, cells: [], choice: null, children: [], suggestion };
  const isSplit =
    typeof decision === 'object' ||
    (decision === 'auto' && path.length < maxDepth && (path.length === 0 || suggestion.split));
  if (!isSplit) return leaf;

  const split = yield* splitOf(x, nearLabels, path, rows, decision, options);
  const children: GroupNode[] = [];
  for (const [id, members] of membersBySize(split.choice.cell.labels).entries())
    children.push(
      yield* grow(
        all,
        allNearLabels,
        members.map(row => rows[row]!),
        [...path, id],
        options,
        open,
      ),
    );
  return { ...leaf, ...split, children };
}

function* splitOf(
  x: Matrix,
  nearLabels: readonly number[] | null,
  path: readonly number[],
  rows: Int32Array,
  decision: SplitDecision,
  { sweep = {}, rule = { type: 'pareto' }, subRule, knownCells }: GroupTreeOptions,
): Generator<TreeStep, { cells: readonly Cell[]; choice: Choice }, void> {
  const known = knownCells?.(pathName(path), rows) ?? [];
  const fixed = typeof decision === 'object' ? decision : null;
  const own: SweepOptions = {
    ...levelSweep(sweep, decision, x.rows),
    nearLabels,
    known: new Set(known.map(cellKey)),
  };
  const all = new Map(known.map(cell => [cellKey(cell), cell]));
  for (const cell of sweepCells(x, own)) {
    all.set(cellKey(cell), cell);
    yield { path, cell, stability: null };
  }
  // In the order of the sweep, whatever was known: of equal cells the first is chosen.
  const cells = cellsBeside(sweep, fixed, x.rows).flatMap(cell => all.get(cellKey(cell)) ?? []);
  const defaultSubRule: GroupingRule = isMixed(nearLabels) ? { type: 'c-score' } : rule;
  const levelRule = path.length === 0 ? rule : (subRule ?? defaultSubRule);
  const chosenBy: GroupingRule = fixed ? { type: 'fixed', ...fixed } : levelRule;
  const measure = stabilityMeasure(x, own);
  const stabilities = new Map<FittedCell, number>();
  for (const cell of cellsToMeasure(cells, chosenBy)) {
    const stability = measure(cell);
    stabilities.set(cell, stability);
    yield { path, cell, stability };
  }
  return { cells, choice: chooseCell(cells, chosenBy, cell => stabilities.get(cell) ?? measure(cell)) };
}

/** What is tried on a group: what a person asks for, else all that there are rows enough for. */
export function levelSweep(
  sweep: Omit<SweepOptions, 'known' | 'nearLabels'>,
  decision: SplitDecision | undefined,
  rows: number,
): Omit<SweepOptions, 'known' | 'nearLabels'> {
  if (typeof decision === 'object')
    return { ...sweep, algorithms: [decision.algorithm], kMin: decision.k, kMax: decision.k };
  const { kMin = 2, kMax = 50 } = sweep;
  return { ...sweep, kMin, kMax: Math.max(kMin, Math.min(kMax, Math.floor(rows / LEAST_MEAN_SIZE))) };
}

/**
 * Cells that are of interest, in the order of the sweep: of a group that is split as a person asks those of its sweep too,
 * which show what the choice is beside. They are not computed for that.
 */
export function cellsBeside(
  sweep: Omit<SweepOptions, 'known' | 'nearLabels'>,
  fixed: CellId | null,
  rows: number,
): readonly CellId[] {
  const swept = cellsOf(fullSweepOptions(levelSweep(sweep, 'auto', rows)));
  if (fixed === null || swept.some(cell => cellKey(cell) === cellKey(fixed))) return swept;
  return [...swept, fixed];
}

function isMixed(nearLabels: readonly number[] | null): boolean {
  return nearLabels !== null && (impurityOf(nearLabels) ?? 0) > 0;
}

/** The rows of each group, the largest group first, of equal ones that with the first label. */
function membersBySize(labels: Int32Array): Int32Array[] {
  const { sizes } = denseLabels(labels);
  const members = Array.from(sizes, size => new Int32Array(size));
  const filled = new Int32Array(sizes.length);
  labels.forEach((label, row) => {
    members[label]![filled[label]!++] = row;
  });
  return members
    .map((rows, label) => ({ rows, label }))
    .sort((a, b) => b.rows.length - a.rows.length || a.label - b.label)
    .map(({ rows }) => rows);
}
