import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { type Matrix, takeRows, zeros } from '../matrix.js';
import { sameClustering } from '../same-clustering.js';
import type { Cell } from './cell.js';
import { type GroupNode, nodesOf, pathName } from './group-tree.js';
import { type GroupTreeOptions, growGroupTree, type TreeStep } from './grow-group-tree.js';
import { suggestSplit } from './split-suggestion.js';

/**
 * Groups of groups: three places far apart, of which the first has two parts and the second three. Part p of place g has
 * the near-label `10 g + p`.
 */
function nested(perPart = 24): { readonly x: Matrix; readonly nearLabels: Int32Array } {
  const random = new Random(5);
  const parts = [2, 3, 1].flatMap((count, place) =>
    Array.from({ length: count }, (_, part) => ({ place, part })),
  );
  const x = zeros(parts.length * perPart, 20);
  const nearLabels = new Int32Array(x.rows);
  for (let row = 0; row < x.rows; row++) {
    const { place, part } = parts[row % parts.length]!;
    nearLabels[row] = 10 * place + part;
    for (let col = 0; col < x.cols; col++)
      x.data[row * x.cols + col] = random.normal() + (col === place ? 200 : 0) + (col === 3 + part ? 25 : 0);
  }
  return { x, nearLabels };
}

const { x, nearLabels } = nested();
const quick = { algorithms: ['kmeans', 'agglomerative'], kMax: 6 } as const;

function grow(
  options: GroupTreeOptions = {},
  near: ArrayLike<number> | null = nearLabels,
  rows: Matrix = x,
): { readonly root: GroupNode; readonly steps: TreeStep[] } {
  const growing = growGroupTree(rows, near, { sweep: quick, ...options });
  const steps: TreeStep[] = [];
  for (;;) {
    const step = growing.next();
    if (step.done) return { root: step.value, steps };
    steps.push(step.value);
  }
}

const paths = (root: GroupNode): string[] => [...nodesOf(root)].map(({ path }) => pathName(path));
const nodeAt = (root: GroupNode, name: string): GroupNode =>
  [...nodesOf(root)].find(({ path }) => pathName(path) === name)!;

/** The first level by its places: what a person would say who has looked at the pictures. */
const byPlace = { '': { algorithm: 'agglomerative', k: 3 } } as const;

describe('growGroupTree', () => {
  it('stops at the first level by default', () => {
    const { root } = grow({ decisions: byPlace });
    expect(paths(root)).toEqual(['', '0', '1', '2']);
    expect(root.children.map(({ rows }) => rows.length)).toEqual([72, 48, 24]);
  });

  it('finds groups within groups, numbered by their size', () => {
    const { root } = grow({ decisions: byPlace, maxDepth: 3 });
    expect(paths(root)).toEqual(['', '0', '0/0', '0/1', '0/2', '1', '1/0', '1/1', '2']);
    for (const name of ['0/0', '0/1', '0/2', '1/0', '1/1', '2'])
      expect(new Set(Array.from(nodeAt(root, name).rows, row => nearLabels[row])).size).toBe(1);
    expect(nodeAt(root, '0').suggestion.split).toBe(true);
    expect(nodeAt(root, '2').suggestion).toMatchObject({ split: false, impurity: 0 });
  });

  it('finds them without near-labels too, by how far they stand apart', () => {
    const { root } = grow({ decisions: byPlace, maxDepth: 2 }, null);
    expect(paths(root)).toEqual(['', '0', '0/0', '0/1', '0/2', '1', '1/0', '1/1', '2']);
    expect(nodeAt(root, '1').suggestion).toMatchObject({ split: true, impurity: null });
    expect(nodeAt(root, '1').choice?.rule.type).toBe('pareto');
  });

  it('ranks mixed groups below the first level by the adjusted C-Score', () => {
    const { root } = grow({ decisions: byPlace, maxDepth: 2 });
    expect(nodeAt(root, '0').choice?.rule.type).toBe('c-score');
    expect(nodeAt(root, '0').choice?.cell.cScore?.adjusted).toBeCloseTo(1, 9);
    const plain = grow({ decisions: byPlace, maxDepth: 2, subRule: { type: 'min-max' } }).root;
    expect(nodeAt(plain, '0').choice?.rule.type).toBe('min-max');
  });

  it('suggests what it does not do', () => {
    const { root } = grow({ decisions: byPlace, otherwise: 'none', maxDepth: 5 });
    expect(paths(root)).toEqual(['', '0', '1', '2']);
    expect(nodeAt(root, '0').suggestion.split).toBe(true);
    expect(nodeAt(root, '0').suggestion.reason).toMatch(/66.7 % of its rows have another near-label/);
  });

  it("follows a person's decisions, deeper than it would go itself", () => {
    const { root } = grow({
      decisions: { ...byPlace, '1': 'none', '2': { algorithm: 'kmeans', k: 2 }, '0': 'auto' },
      otherwise: 'none',
      maxDepth: 2,
    });
    expect(paths(root)).toEqual(['', '0', '0/0', '0/1', '0/2', '1', '2', '2/0', '2/1']);
    expect(nodeAt(root, '2').choice?.explanation[0]).toContain('kmeans with k = 2 was asked for');
    expect(nodeAt(root, '2').cells.length).toBe(1);
  });

  it('refuses decisions about groups that do not come to be, and those that can not be followed', () => {
    expect(() => grow({ decisions: { ...byPlace, '7': 'none', '0/9': 'auto' } })).toThrow(
      /no group '7', '0\/9'/,
    );
    expect(() => grow({ decisions: { '': { algorithm: 'kmeans', k: 500 } } })).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID' }),
    );
    expect(() => grow({ maxDepth: 0 })).toThrow(/maxDepth/);
    expect(() => grow({}, [1, 2])).toThrow(/2 near-labels/);
    expect(() => grow({}, null, takeRows(x, [0]))).toThrow(/rows at least/);
    expect(() => grow({}, null, takeRows(x, [0, 0, 0, 0]))).toThrow(/rows are equal/);
  });

  it('leaves groups whole that are small or all alike, whatever their near-labels', () => {
    const alike = takeRows(x, new Array(30).fill(0));
    const mixed = Array.from({ length: 30 }, (_, row) => row % 2);
    expect(suggestSplit(alike, mixed)).toMatchObject({ split: false, reason: 'All its rows are equal.' });
    const few = takeRows(x, [0, 1, 2, 3, 4, 5, 6, 7]);
    expect(suggestSplit(few, null).reason).toBe('It has 8 rows, fewer than 20.');
    expect(suggestSplit(few, null, { leastRows: 5 }).reason).toBe('Nothing is known about it.');
    expect(suggestSplit(few, [0, 1, 0, 1, 0, 1, 0, 1], { leastRows: 5 }).split).toBe(true);
  });

  it('takes no single row far away for a group', () => {
    const one = takeRows(
      x,
      [...x.data.keys()].filter(row => row < x.rows && nearLabels[row] === 20),
    );
    one.data[0] = 1e6;
    expect(suggestSplit(one, null).split).toBe(false);
  });

  it('goes on from the cells that are known, to the same tree', () => {
    const options = { decisions: { '': 'auto' }, maxDepth: 2 } as const;
    const all = grow(options);
    const cells = all.steps.filter(({ stability }) => stability === null);
    const known = new Map<string, Cell[]>();
    for (const { path, cell } of cells.slice(0, 15))
      known.set(pathName(path), [...(known.get(pathName(path)) ?? []), cell]);
    const rest = grow({ ...options, knownCells: path => known.get(path) ?? [] });
    expect(rest.steps.filter(({ stability }) => stability === null)).toEqual(cells.slice(15));
    expect(rest.root).toEqual(all.root);
  });

  it('parts rows into leaves: each is in one, and children make up their parent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 40 }), fc.nat(99), fc.boolean(), (rows, seed, hasNear) => {
        const random = new Random(seed);
        const some = takeRows(
          x,
          Array.from({ length: rows }, () => random.int(x.rows)),
        );
        const near = hasNear ? Array.from({ length: rows }, () => random.int(3) - 1) : null;
        const options: GroupTreeOptions = {
          sweep: { algorithms: ['agglomerative'], kMax: 4 },
          rule: { type: 'min-max' },
          maxDepth: 3,
          bounds: { leastRows: 6, leastSilhouette: 0.1 },
        };
        const { root } = grow(options, near, some);
        for (const node of nodesOf(root)) {
          expect([...node.rows]).toEqual([...node.rows].sort((a, b) => a - b));
          if (node.children.length === 0) continue;
          const sizes = node.children.map(child => child.rows.length);
          expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
          const united = node.children.flatMap(child => [...child.rows]).sort((a, b) => a - b);
          expect(united).toEqual([...node.rows]);
          expect(node.children.map(child => child.path)).toEqual(
            node.children.map((_, id) => [...node.path, id]),
          );
          const ids = new Int32Array(rows);
          node.children.forEach((child, id) => {
            for (const row of child.rows) ids[row] = id;
          });
          expect(
            sameClustering(
              node.rows.map(row => ids[row]!),
              node.choice!.cell.labels,
            ),
          ).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });
});
