import { describe, expect, it } from 'vitest';
import type { Cell } from '../../cluster/grouping/cell.js';
import { type GroupNode, nodesOf } from '../../cluster/grouping/group-tree.js';
import type { GroupTreeOptions } from '../../cluster/grouping/grow-group-tree.js';
import { goldenLabels, goldenMatrix } from '../../cluster/testing/goldens.js';
import { type GrowthStep, growKeptTree, type KeptCells } from './grow-kept-tree.js';

const x = goldenMatrix('blobs');
const nearLabels = goldenLabels('blobs.truth');
const sweep = { algorithms: ['kmeans', 'agglomerative'], kMax: 6 } as const;

function grow(options: Omit<GroupTreeOptions, 'knownCells'>, kept: KeptCells = new Map()) {
  const steps: GrowthStep[] = [];
  const tree = growKeptTree(x, nearLabels, { sweep, ...options }, kept, step => steps.push(step));
  const computed = steps.filter(step => step.type === 'cell');
  const sweeps = steps.filter(step => step.type === 'sweep');
  return { tree, computed, sweeps, kept: together(kept, computed) };
}

function together(before: KeptCells, steps: readonly GrowthStep[]): KeptCells {
  const all = new Map<string, Cell[]>([...before].map(([id, cells]) => [id, [...cells]]));
  for (const step of steps)
    if (step.type === 'cell') all.set(step.rowsId, [...(all.get(step.rowsId) ?? []), step.cell]);
  return all;
}

const pathsOf = (tree: GroupNode) =>
  [...nodesOf(tree)].map(({ path, rows }) => [path.join('/'), rows.length]);

describe('a tree that is grown again', () => {
  const first = grow({});

  it('computes nothing twice and is the same', () => {
    expect(first.sweeps).toEqual([{ type: 'sweep', path: [], cells: 10, known: 0 }]);
    expect(first.computed).toHaveLength(10);
    const again = grow({}, first.kept);
    expect([again.computed, again.sweeps[0]]).toEqual([
      [],
      { type: 'sweep', path: [], cells: 10, known: 10 },
    ]);
    expect(again.tree).toEqual(first.tree);
  });

  it('is the same when what is kept came in another order, and in part', () => {
    const [[id, cells]] = [...first.kept] as [[string, Cell[]]];
    const again = grow({}, new Map([[id, [cells[7]!, cells[2]!]]]));
    expect(again.computed).toHaveLength(8);
    expect(again.tree).toEqual(first.tree);
  });

  it('takes no cells that are not asked for now', () => {
    const fewer = grow({ sweep: { algorithms: ['agglomerative'], kMax: 4 } }, first.kept);
    expect(fewer.computed).toEqual([]);
    expect(fewer.tree.cells.map(({ algorithm, k }) => `${algorithm} ${k}`)).toEqual([
      'agglomerative 2',
      'agglomerative 3',
      'agglomerative 4',
    ]);
  });

  it('takes what a person decides from the sweep that was looked at, and computes the level below only', () => {
    const options = {
      decisions: { '': { algorithm: 'kmeans', k: 3 }, '1': { algorithm: 'kmeans', k: 2 } },
    } as const;
    const decided = grow(options, first.kept);
    expect(decided.computed.map(step => step.type === 'cell' && step.cell.k)).toEqual([2]);
    expect(pathsOf(decided.tree).map(([path]) => path)).toEqual(['', '0', '1', '1/0', '1/1', '2']);
    // What was looked at still stands beside the choice; what was not is no reason to compute it.
    expect(decided.tree.cells).toEqual(first.tree.cells);
    expect(decided.sweeps[0]).toEqual({ type: 'sweep', path: [], cells: 1, known: 1 });
    expect(decided.tree.children[1]?.cells).toHaveLength(1);
    // Another choice above gives other rows below: those cells are not mixed up.
    const other = grow(
      { decisions: { ...options.decisions, '': { algorithm: 'kmeans', k: 4 } } },
      decided.kept,
    );
    expect(other.computed).toHaveLength(1);
    expect(pathsOf(other.tree)).not.toEqual(pathsOf(decided.tree));
    // Also a choice that the sweep did not try.
    const beyond = grow({ decisions: { '': { algorithm: 'kmeans', k: 8 } } }, first.kept);
    expect(beyond.tree.cells).toHaveLength(first.tree.cells.length + 1);
    expect(beyond.tree.children).toHaveLength(8);
  });
});
