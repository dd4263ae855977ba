import { Random } from '../../random.js';
import { adjustedRandScore } from '../adjusted-rand-score.js';
import { type Matrix, takeRows } from '../matrix.js';
import type { FittedCell } from './cell.js';
import { LABELLERS } from './labellers.js';
import { fullSweepOptions, type SweepOptions } from './sweep-options.js';
import { turnedFeatures } from './turned-features.js';

/** How stable a cell is: the mean adjusted Rand index between its labels and those of other fits. */
export type StabilityMeasure = (cell: FittedCell) => number;

/** Other fits that a cell is compared with, each of a random part of the rows and with a seed of its own. */
const FITS = 5;
const SHARE = 0.8;

/**
 * Measures stability by fits to random parts of the rows, four fifths each, with other seeds: where groups are in the
 * data, they come out again.
 *
 * @param x the rows of the sweep, and its options
 */
export function stabilityMeasure(x: Matrix, options: SweepOptions = {}): StabilityMeasure {
  const full = fullSweepOptions(options);
  let turned: Matrix | undefined;
  return ({ algorithm, k, labels }) => {
    turned ??= turnedFeatures(x, full.pcaComponents);
    let sum = 0;
    for (let fit = 1; fit <= FITS; fit++) {
      const seed = full.randomState + fit;
      const rows = new Random(seed).shuffle(Int32Array.from({ length: x.rows }, (_, row) => row));
      const part = rows.slice(0, Math.max(k, Math.ceil(SHARE * x.rows))).sort();
      const again = LABELLERS[algorithm](takeRows(turned, part), { ...full, randomState: seed })(k);
      sum += adjustedRandScore(
        again,
        part.map(row => labels[row]!),
      );
    }
    return sum / FITS;
  };
}
