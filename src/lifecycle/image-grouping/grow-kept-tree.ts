import { createHash } from 'node:crypto';
import { type Cell, type CellId, cellKey } from '../../cluster/grouping/cell.js';
import type { GroupNode } from '../../cluster/grouping/group-tree.js';
import {
  cellsBeside,
  type GroupTreeOptions,
  growGroupTree,
  levelSweep,
} from '../../cluster/grouping/grow-group-tree.js';
import { cellsOf, fullSweepOptions } from '../../cluster/grouping/sweep-options.js';
import type { Matrix } from '../../cluster/matrix.js';

/** Cells of earlier runs, by {@link rowsId} of the rows that they group. */
export type KeptCells = ReadonlyMap<string, readonly Cell[]>;

/** What is told while a tree grows. */
export type GrowthStep =
  /** A group is about to be swept: so many cells, of which so many are known from before. */
  | {
      readonly type: 'sweep';
      readonly path: readonly number[];
      readonly cells: number;
      readonly known: number;
    }
  /** A cell was computed, and should be kept. */
  | { readonly type: 'cell'; readonly rowsId: string; readonly cell: Cell }
  /** It was measured how stable a cell is. */
  | { readonly type: 'stability'; readonly cell: Cell };

/** Names a set of rows: a group keeps its cells however it came to be, whatever was chosen above it or is its path. */
export function rowsId(rows: Int32Array): string {
  const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/**
 * Grows a group tree as `growGroupTree` does, and computes no cell that is kept. The groups are the same as without; beside
 * a cell that a person chose stand those of the sweep that are kept.
 * @throws PlantsenseError as `growGroupTree`
 */
export function growKeptTree(
  x: Matrix,
  nearLabels: Int32Array | null,
  options: Omit<GroupTreeOptions, 'knownCells'>,
  kept: KeptCells,
  onStep: (step: GrowthStep) => void,
): GroupNode {
  let id = '';
  const growth = growGroupTree(x, nearLabels, {
    ...options,
    knownCells: (name, rows) => {
      id = rowsId(rows);
      const { sweep = {}, decisions = {} } = options;
      const decision = decisions[name];
      const wanted = cellsOf(fullSweepOptions(levelSweep(sweep, decision, rows.length)));
      const fixed = typeof decision === 'object' ? decision : null;
      const cells = kept.get(id) ?? [];
      const beside = keptOf(cells, cellsBeside(sweep, fixed, rows.length));
      const known = keptOf(beside, wanted);
      const path = name === '' ? [] : name.split('/').map(Number);
      onStep({ type: 'sweep', path, cells: wanted.length, known: known.length });
      return beside;
    },
  });
  for (;;) {
    const step = growth.next();
    if (step.done) return step.value;
    const { cell, stability } = step.value;
    onStep(stability === null ? { type: 'cell', rowsId: id, cell } : { type: 'stability', cell });
  }
}

function keptOf(cells: readonly Cell[], wanted: readonly CellId[]): readonly Cell[] {
  const keys = new Set(wanted.map(cellKey));
  return cells.filter(cell => keys.has(cellKey(cell)));
}
