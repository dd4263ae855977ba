import { pathName } from '../../cluster/grouping/group-tree.js';
import type { ImageDetails, ImageSplit } from './image-details.js';

/** Siblings: where they stand among all groups. */
export interface SiblingRange {
  readonly split: ImageSplit;
  /** Number of the first one. */
  readonly first: number;
  readonly count: number;
}

/** Which groups are children of which, by the order of a model's groups. */
export class ImageTree {
  readonly paths: readonly (readonly number[])[];
  /** The first level. */
  readonly root: SiblingRange;
  /** Of each group its children; null where it has none. */
  readonly children: readonly (SiblingRange | null)[];

  private constructor(
    paths: readonly (readonly number[])[],
    root: SiblingRange,
    children: readonly (SiblingRange | null)[],
  ) {
    this.paths = paths;
    this.root = root;
    this.children = children;
  }

  /** null when the groups and the splits of a card don't fit one another. */
  static of({ groups, splits }: Pick<ImageDetails, 'groups' | 'splits'>): ImageTree | null {
    const paths = groups.map(({ path }) => path);
    const ranges = new Map<string, { first: number; count: number }>();
    let previous: readonly number[] = [];
    for (const [i, path] of paths.entries()) {
      const parent = pathName(path.slice(0, -1));
      const range = ranges.get(parent);
      const isNext = range !== undefined && range.first + range.count === i;
      // Level by level, siblings together and rising; parents before their children.
      if (path.length < previous.length || (range && !(isNext && path.at(-1)! > previous.at(-1)!)))
        return null;
      if (path.length > 1 && !paths.slice(0, i).some(each => pathName(each) === parent)) return null;
      if (range) range.count++;
      else ranges.set(parent, { first: i, count: 1 });
      previous = path;
    }
    const found = new Map<string, SiblingRange>();
    for (const split of splits) {
      const name = pathName(split.path);
      const range = ranges.get(name);
      if (!range || found.has(name)) return null;
      found.set(name, { split, ...range });
    }
    const root = found.get('');
    if (!root || found.size !== ranges.size) return null;
    return new ImageTree(
      paths,
      root,
      paths.map(path => found.get(pathName(path)) ?? null),
    );
  }

  /** Siblings of every level, the first level first. */
  get ranges(): readonly SiblingRange[] {
    return [this.root, ...this.children.filter(range => range !== null)];
  }
}
