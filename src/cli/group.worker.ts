import { nodesOf, pathName } from '../cluster/grouping/group-tree.js';
import type { GroupTreeOptions } from '../cluster/grouping/grow-group-tree.js';
import { type Matrix, takeRows } from '../cluster/matrix.js';
import { Pca } from '../cluster/pca.js';
import { growKeptTree, type KeptCells } from '../lifecycle/image-grouping/grow-kept-tree.js';
import type { Grouping } from '../lifecycle/image-grouping/write-grouping.js';
import { serveWorker } from '../stream/worker-server.js';

/** Groups in a thread of its own, so that progress is shown and Ctrl-C is heard meanwhile. */

export interface GroupRequest {
  readonly features: Matrix;
  readonly nearLabels: Int32Array | null;
  readonly options: Omit<GroupTreeOptions, 'knownCells'>;
  readonly kept: KeptCells;
}

serveWorker(({ features, nearLabels, options, kept }: GroupRequest, report) => {
  const tree = growKeptTree(features, nearLabels, options, kept, report);
  const maps = new Map(
    [...nodesOf(tree)]
      .filter(({ choice }) => choice !== null)
      .map(({ path, rows }) => [pathName(path), firstTwo(takeRows(features, rows))]),
  );
  return { result: { tree, maps } satisfies Grouping };
});

/** The first two principal components of each row; of features of one dimension the second is 0. */
function firstTwo(x: Matrix): Float64Array {
  const nComponents = Math.min(2, x.rows, x.cols);
  const turned = new Pca({ nComponents }).fit(x).transform(x).data;
  return nComponents === 2
    ? turned
    : Float64Array.from({ length: 2 * x.rows }, (_, i) => (i % 2 === 0 ? turned[i / 2]! : 0));
}
