import { type GroupNode, pathName } from '../../cluster/grouping/group-tree.js';
import { groupsBySize, matchGroups } from '../group-matching.js';

/** What a model says of the rows of a new tree, and which ids are taken. */
export interface OldGroups {
  /** Path of each row's group; empty for one that belongs to none. */
  readonly paths: readonly (readonly number[])[];
  /** By a group's path, the first id that no child of it has had. */
  readonly nextIds: Readonly<Record<string, number>>;
}

/** A group of the new tree with its ids. */
export interface IdentifiedGroup {
  readonly path: readonly number[];
  readonly node: GroupNode;
}

export interface IdentifiedGroups {
  /** Level by level, siblings together and by rising id. */
  readonly groups: readonly IdentifiedGroup[];
  readonly nextIds: Readonly<Record<string, number>>;
}

/**
 * Gives groups of a new tree the ids of those that they go on from, at every level: see `matchGroups`. Children are matched
 * to the children of the group that their parent goes on from; those of a new group begin at 0.
 *
 * @param minOverlap least Jaccard similarity for an id to go over
 */
export function identifyGroups(root: GroupNode, old: OldGroups, minOverlap: number): IdentifiedGroups {
  const nextIds: Record<string, number> = { ...old.nextIds };
  let level: IdentifiedGroup[] = [{ path: [], node: root }];
  const groups: IdentifiedGroup[] = [];
  while (level.length > 0) {
    level = level.flatMap(parent => {
      const { children } = parent.node;
      if (children.length === 0) return [];
      const name = pathName(parent.path);
      const next = nextIds[name] ?? 0;
      const { ids, nextGroupId } = idsOf(parent, old.paths, next, minOverlap);
      nextIds[name] = nextGroupId;
      return children
        .map((node, i) => ({ path: [...parent.path, ids[i]!], node }))
        .sort((a, b) => a.path.at(-1)! - b.path.at(-1)!);
    });
    groups.push(...level);
  }
  return { groups, nextIds };
}

function idsOf(
  { path, node }: IdentifiedGroup,
  oldPaths: readonly (readonly number[])[],
  next: number,
  minOverlap: number,
) {
  const sizes = Float64Array.from(node.children, child => child.rows.length);
  const oldIds = new Int32Array(node.rows.length);
  const labels = new Int32Array(node.rows.length);
  let at = 0;
  for (const [label, { rows }] of node.children.entries()) {
    for (const row of rows) {
      const old = oldPaths[row] ?? [];
      const isOfParent = path.every((id, i) => old[i] === id);
      oldIds[at] = isOfParent ? (old[path.length] ?? -1) : -1;
      labels[at++] = label;
    }
  }
  if (oldIds.every(id => id < 0)) return groupsBySize(sizes, next);
  return matchGroups(oldIds, labels, next, minOverlap);
}
