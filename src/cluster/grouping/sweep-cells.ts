import { PlantsenseError } from '../../errors.js';
import { cScore } from '../c-score/c-score.js';
import { entropy } from '../entropy.js';
import { denseLabels } from '../label-counts.js';
import { areRowsEqual, checkMatrix, type Matrix } from '../matrix.js';
import { type Cell, cellKey } from './cell.js';
import type { GroupingAlgorithm } from './grouping-algorithm.js';
import { LABELLERS, type Labeller } from './labellers.js';
import { Silhouettes } from './silhouettes.js';
import { cellsOf, type FullSweepOptions, fullSweepOptions, type SweepOptions } from './sweep-options.js';
import { turnedFeatures } from './turned-features.js';

/**
 * Groups the rows by each algorithm into each number of groups, and judges each. A generator, so that the caller can
 * show progress, let others run in between, and keep what it has: a sweep that goes on with `known` gives the rest.
 * One step is one fit, which takes seconds where there are many rows: then it belongs in a worker.
 *
 * @param x `[images, features]`, unscaled
 * @throws PlantsenseError before the first cell: MATRIX_INVALID, also when all rows are equal; PARAMETER_INVALID for the
 *   options, when there are fewer than kMin + 1 rows, or not a near-label a row. What fails in a cell is part of the cell
 */
export function* sweepCells(x: Matrix, options: SweepOptions = {}): Generator<Cell, void, void> {
  const full = fullSweepOptions(options);
  const wanted = cellsOf(full).filter(cell => !full.known.has(cellKey(cell)));
  checkSweep(x, full);
  if (wanted.length === 0) return;
  const turned = turnedFeatures(x, full.pcaComponents);
  const silhouettes = new Silhouettes(turned);
  const labellers = new Map<GroupingAlgorithm, Labeller>();
  for (const { algorithm, k } of wanted) {
    const labeller = labellers.get(algorithm) ?? LABELLERS[algorithm](turned, full);
    labellers.set(algorithm, labeller);
    yield cellOf(algorithm, k, silhouettes, labeller, full);
  }
}

function checkSweep(x: Matrix, { kMin, nearLabels }: FullSweepOptions): void {
  checkMatrix(x);
  if (x.rows < kMin + 1)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${kMin} groups or more are asked for, which takes ${kMin + 1} rows at least, but there are ${x.rows}.`,
    );
  if (nearLabels && nearLabels.length !== x.rows)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `There are ${nearLabels.length} near-labels for ${x.rows} rows.`,
    );
  if (areRowsEqual(x))
    throw new PlantsenseError('MATRIX_INVALID', `All ${x.rows} rows are equal: there is nothing to group.`);
}

function cellOf(
  algorithm: GroupingAlgorithm,
  k: number,
  silhouettes: Silhouettes,
  labeller: Labeller,
  { nearLabels }: FullSweepOptions,
): Cell {
  try {
    const { labels, sizes } = denseLabels(labeller(k));
    return {
      algorithm,
      k,
      labels,
      groups: sizes.length,
      smallest: sizes.reduce((a, b) => Math.min(a, b)),
      largest: sizes.reduce((a, b) => Math.max(a, b)),
      entropy: entropy(labels),
      silhouette: silhouettes.score(labels),
      cScore: nearLabels ? cScore(nearLabels, labels) : null,
      failure: null,
    };
  } catch (error) {
    if (!(error instanceof PlantsenseError)) throw error;
    const { code, message } = error;
    return {
      algorithm,
      k,
      labels: null,
      groups: null,
      smallest: null,
      largest: null,
      entropy: null,
      silhouette: null,
      cScore: null,
      failure: { code, message },
    };
  }
}
