import { Random } from '../../random.js';
import type { LabelledRows } from './labelled-rows.js';

/** Rows that one fit learns from, and those that it doesn't see. Indices rise. */
export interface Fold {
  readonly learnt: Int32Array;
  readonly heldOut: Int32Array;
}

const MOST_FOLDS = 5;

/**
 * Parts rows so that each row is held out once, with about the same share of every class in each fold. A class of one row
 * can't be held out, or nothing could be learnt of it: it is learnt in every fold. None when no class has more.
 */
export function heldOutFolds({ y, counts }: LabelledRows, seed: number, most = MOST_FOLDS): Fold[] {
  const folds = Math.min(
    most,
    counts.reduce((a, b) => Math.max(a, b)),
  );
  if (folds < 2) return [];
  const random = new Random(seed);
  const foldOf = new Int32Array(y.length).fill(-1);
  let next = 0;
  counts.forEach((count, label) => {
    if (count < 2) return;
    const rows = Int32Array.from(y.keys()).filter(row => y[row] === label);
    // Classes go on where the one before ended, so that folds have about the same size.
    for (const row of random.shuffle(rows)) foldOf[row] = next++ % folds;
  });
  const rowsWhere = (test: (fold: number) => boolean) =>
    Int32Array.from(y.keys()).filter(row => test(foldOf[row]!));
  return Array.from({ length: folds }, (_, fold) => ({
    learnt: rowsWhere(each => each !== fold),
    heldOut: rowsWhere(each => each === fold),
  })).filter(({ heldOut }) => heldOut.length > 0);
}
