import type { Cell } from './cell.js';
import type { Choice } from './grouping-rule.js';

/** A group of the tree, and its sub-groups. The root holds all rows. */
export interface GroupNode {
  /** Ids from the first level down, such as [2, 25, 1]; empty for the root. Siblings are numbered from 0 by falling size. */
  readonly path: readonly number[];
  /** Rows of the matrix that the tree was grown on, rising. */
  readonly rows: Int32Array;
  /** What was tried to split it; empty for a group that nothing was tried on. */
  readonly cells: readonly Cell[];
  /** How it was split; null for a group that wasn't. */
  readonly choice: Choice | null;
  /** By falling size; empty for a group that wasn't split. */
  readonly children: readonly GroupNode[];
  readonly suggestion: SplitSuggestion;
}

/** Whether a group looks like several, and why. */
export interface SplitSuggestion {
  readonly split: boolean;
  /** A sentence with the figures. */
  readonly reason: string;
  /** Share of the rows with a near-label that have another than the most frequent one, 0 .. 1; null without near-labels. */
  readonly impurity: number | null;
  /** Highest Silhouette of a quick look for groups inside; null when it was too small for one. */
  readonly silhouette: number | null;
}

/** A path as it is written: `2/25/1`; the root is the empty string. */
export function pathName(path: readonly number[]): string {
  return path.join('/');
}

/** A group and all below it, parents first. */
export function* nodesOf(node: GroupNode): Generator<GroupNode, void, void> {
  yield node;
  for (const child of node.children) yield* nodesOf(child);
}
