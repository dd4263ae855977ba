import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupNode } from '../../cluster/grouping/group-tree.js';
import { identifyGroups } from './match-image-groups.js';

/** A tree by what each row's path is, in an order of its own. */
function treeOf(
  paths: readonly (readonly number[])[],
  order: (keys: number[]) => number[] = keys => keys,
): GroupNode {
  const grow = (path: readonly number[], rows: Int32Array): GroupNode => {
    const keys = [
      ...new Set(Array.from(rows, row => paths[row]![path.length]).filter(id => id !== undefined)),
    ];
    const children = order(keys.sort((a, b) => a - b)).map(key =>
      grow(
        [...path, key],
        rows.filter(row => paths[row]![path.length] === key),
      ),
    );
    const suggestion = { split: false, reason: '', impurity: null, silhouette: null };
    return { path, rows, cells: [], choice: null, children, suggestion };
  };
  return grow([], Int32Array.from(paths.keys()));
}

/** The path of each row. */
function pathsOf(root: GroupNode, old: readonly (readonly number[])[], nextIds = {}) {
  const { groups, nextIds: next } = identifyGroups(root, { paths: old, nextIds }, 0.2);
  const paths: (readonly number[])[] = root.rows.length === 0 ? [] : Array.from(root.rows, () => []);
  for (const { path, node } of groups) for (const row of node.rows) paths[row] = path;
  return { paths, next, groups };
}

describe('ids of groups of a tree', () => {
  const path = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 }));

  it('are the same again for the same groups, in whatever order the new tree has them', () => {
    fc.assert(
      fc.property(fc.array(path, { minLength: 2, maxLength: 60 }), rows => {
        const nextIds = { '': 4, 0: 3, 1: 3, 2: 3, 3: 3 };
        const tree = treeOf(rows, keys => keys.reverse());
        const { paths, next, groups } = pathsOf(tree, rows, nextIds);
        expect(paths).toEqual(rows);
        expect(next).toEqual(nextIds);
        // Parents before their children, siblings by id.
        const depths = groups.map(group => group.path.length);
        expect(depths).toEqual([...depths].sort());
      }),
    );
  });

  it('are by size where nothing was before', () => {
    const rows = [[5], [7], [7], [9], [9], [9]];
    expect(pathsOf(treeOf(rows), []).paths).toEqual([[2], [1], [1], [0], [0], [0]]);
    expect(pathsOf(treeOf(rows), [], { '': 4 }).paths[5]).toEqual([4]);
  });

  it('of children belong to the group that goes on: another group of the same number has children of its own', () => {
    const old = [[0, 0], [0, 1], [1, 0], [1, 1], [2], [2]];
    // Groups 0 and 1 have become one, and 2 has come apart.
    const now = [
      [8, 1],
      [8, 1],
      [8, 2],
      [8, 3],
      [6, 1],
      [6, 2],
    ];
    const { paths, next } = pathsOf(treeOf(now), old, { '': 3, 0: 2, 1: 2 });
    expect(paths.slice(4)).toEqual([
      [2, 0],
      [2, 1],
    ]);
    const [merged] = paths[0]!;
    expect([0, 1]).toContain(merged);
    expect(next['']).toBe(3);
    // Its own child goes on; the others are new, and are not called like those that are gone.
    const ids = paths.slice(0, 4).map(each => each[1]!);
    expect(new Set(ids).size).toBe(3);
    expect(Math.max(...ids)).toBeGreaterThanOrEqual(2);
  });
});
