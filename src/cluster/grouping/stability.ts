import { PlantsenseError } from '../../errors.js';
import { Random } from '../../random.js';
import { adjustedRandScore } from '../adjusted-rand-score.js';
import { type Matrix, takeRows } from '../matrix.js';
import type { FittedCell } from './cell.js';
import type { GroupingAlgorithm } from './grouping-algorithm.js';
import { LABELLERS, type Labeller } from './labellers.js';
import { fullSweepOptions, type SweepOptions } from './sweep-options.js';
import { turnedFeatures } from './turned-features.js';

/** How stable a cell is: the mean adjusted Rand index between its labels and those of other fits. */
export type StabilityMeasure = (cell: FittedCell) => number;

/** Other fits that a cell is compared with, each of a random part of the rows and with a seed of its own. */
const FITS = 5;
const SHARE = 0.8;

/** A part of the rows, and what groups them. */
interface Part {
  readonly rows: Int32Array;
  readonly label: Labeller;
}

/**
 * Measures stability by fits to random parts of the rows, four fifths each, with other seeds: groups that are in the
 * data come out again. A part that can't be fitted counts as 0.
 *
 * @param x the rows of the sweep, and its options
 */
export function stabilityMeasure(x: Matrix, options: SweepOptions = {}): StabilityMeasure {
  const full = fullSweepOptions(options);
  const parts = new Map<GroupingAlgorithm, readonly Part[]>();
  let turned: Matrix | undefined;
  const partsFor = (algorithm: GroupingAlgorithm) => {
    turned ??= turnedFeatures(x, full.pcaComponents);
    const features = turned;
    return Array.from({ length: FITS }, (_, fit) => {
      const randomState = full.randomState + 1 + fit;
      const order = new Random(randomState).shuffle(Int32Array.from({ length: x.rows }, (_, row) => row));
      const rows = order.slice(0, Math.ceil(SHARE * x.rows)).sort();
      return { rows, label: LABELLERS[algorithm](takeRows(features, rows), { ...full, randomState }) };
    });
  };
  return ({ algorithm, k, labels }) => {
    const own = parts.get(algorithm) ?? partsFor(algorithm);
    parts.set(algorithm, own);
    const agreement = ({ rows, label }: Part) => {
      const again = labelsOrNull(label, k);
      return again === null
        ? 0
        : adjustedRandScore(
            again,
            rows.map(row => labels[row]!),
          );
    };
    return own.reduce((sum, part) => sum + agreement(part), 0) / FITS;
  };
}

function labelsOrNull(label: Labeller, k: number): Int32Array | null {
  try {
    return label(k);
  } catch (error) {
    if (error instanceof PlantsenseError) return null;
    throw error;
  }
}
