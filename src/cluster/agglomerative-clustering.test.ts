import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { AgglomerativeClustering, LINKAGES } from './agglomerative-clustering.js';
import { arbitraryMatrix } from './testing/arbitrary-matrix.js';
import { clusteringMatrix, clusterings } from './testing/clustering-goldens.js';
import { ESTIMATOR_CHECKS } from './testing/estimator-checks.js';
import { fromRows } from './testing/goldens.js';
import { ignoresRowOrder } from './testing/row-order.js';

const arbitraryLinkage = fc.constantFrom(...LINKAGES);

describe('AgglomerativeClustering', () => {
  describe.each(LINKAGES)('%s', linkage => {
    it.each(ESTIMATOR_CHECKS)('$name', ({ check }) => {
      check(k => new AgglomerativeClustering({ nClusters: k, linkage }));
    });
  });

  it.each(clusterings.agglomerative)('labels $name by $linkage as scikit-learn', golden => {
    const { k: nClusters, linkage } = golden;
    const { labels } = new AgglomerativeClustering({ nClusters, linkage }).fit(clusteringMatrix(golden.name));
    expect([...labels]).toEqual(golden.labels);
  });

  it('builds the same tree as scikit-learn where many distances are equal, bit for bit', () => {
    for (const { x, k: nClusters, linkage, labels, children, distances } of clusterings.ties) {
      const fitted = new AgglomerativeClustering({ nClusters, linkage }).fit(fromRows(x));
      expect([...fitted.tree.children]).toEqual(children);
      expect([...fitted.tree.distances]).toEqual(distances);
      expect([...fitted.labels]).toEqual(labels);
    }
  });

  it('cuts at a distance, as scikit-learn', () => {
    const { distanceThreshold, nClusters, labels } = clusterings.threshold;
    const fitted = new AgglomerativeClustering({ distanceThreshold }).fit(clusteringMatrix('overlapping'));
    expect(fitted.nClusters).toBe(nClusters);
    expect([...fitted.labels]).toEqual(labels);
  });

  it('keeps apart what lies exactly at the threshold', () => {
    const x = fromRows([[0], [1], [3]]);
    expect(new AgglomerativeClustering({ distanceThreshold: 2, linkage: 'single' }).fit(x).nClusters).toBe(2);
    expect(new AgglomerativeClustering({ distanceThreshold: 2.1, linkage: 'single' }).fit(x).nClusters).toBe(
      1,
    );
  });

  it('gives exactly k clusters, and merges at distances that never fall', () => {
    fc.assert(
      fc.property(arbitraryMatrix(), arbitraryLinkage, fc.nat(1000), (x, linkage, some) => {
        const nClusters = 1 + (some % x.rows);
        const { labels, tree } = new AgglomerativeClustering({ nClusters, linkage }).fit(x);
        expect([...new Set(labels)].sort((a, b) => a - b)).toEqual([...Array(nClusters).keys()]);
        for (let step = 1; step < tree.distances.length; step++)
          expect(tree.distances[step]).toBeGreaterThanOrEqual(tree.distances[step - 1]!);
      }),
    );
  });

  it('nests: one cluster less merges two and leaves the others', () => {
    fc.assert(
      fc.property(arbitraryMatrix(3), arbitraryLinkage, fc.nat(1000), (x, linkage, some) => {
        const nClusters = 2 + (some % (x.rows - 1));
        const fine = new AgglomerativeClustering({ nClusters, linkage }).fit(x).labels;
        const coarse = new AgglomerativeClustering({ nClusters: nClusters - 1, linkage }).fit(x).labels;
        const pairs = new Set(Array.from(fine, (label, row) => `${label} in ${coarse[row]}`));
        expect(pairs.size).toBe(nClusters);
      }),
    );
  });

  it('does not depend on the order of the rows, where no distances are equal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), arbitraryLinkage, (rows, seed, linkage) => {
        const random = new Random(seed);
        const x = { data: Float64Array.from({ length: rows * 3 }, () => random.normal()), rows, cols: 3 };
        const estimator = new AgglomerativeClustering({ nClusters: 1 + random.int(rows), linkage });
        expect(ignoresRowOrder(rows => estimator.fit(rows), x, random)).toBe(true);
      }),
    );
  });

  it('gives the same tree when all distances are scaled', () => {
    fc.assert(
      fc.property(
        arbitraryMatrix(),
        arbitraryLinkage,
        fc.integer({ min: -20, max: 20 }),
        (x, linkage, power) => {
          // Powers of two scale without rounding.
          const scale = 2 ** power;
          const estimator = new AgglomerativeClustering({ linkage });
          const { tree } = estimator.fit(x);
          const scaled = estimator.fit({ ...x, data: x.data.map(value => value * scale) }).tree;
          expect(scaled.children).toEqual(tree.children);
          expect(scaled.distances).toEqual(tree.distances.map(distance => distance * scale));
        },
      ),
    );
  });

  it('refuses one row, unknown linkages, and two ways to say how many clusters', () => {
    expect(() => new AgglomerativeClustering({ nClusters: 1 }).fit(fromRows([[1, 2]]))).toThrow(
      /2 rows at least/,
    );
    expect(() => new AgglomerativeClustering({ linkage: 'centroid' as 'ward' })).toThrow(
      /must be one of ward/,
    );
    expect(() => new AgglomerativeClustering({ nClusters: 2, distanceThreshold: 1 })).toThrow(/exclude/);
    expect(() => new AgglomerativeClustering({ distanceThreshold: -1 })).toThrow(/from 0/);
  });
});
