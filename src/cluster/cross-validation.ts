import { Random } from '../random.js';
import { adjustedRandScore } from './adjusted-rand-score.js';
import type { DiagonalMixture } from './diagonal-mixture.js';
import { type Matrix, takeRows } from './matrix.js';

/** Fits a density to rows; the same rows and seed give the same. */
export type FitDensity = (x: Matrix, seed: number) => DiagonalMixture;

export interface CrossValidation {
  /** Log-likelihood of each row under a fit that has not seen it. */
  readonly heldOut: Float64Array;
  /** Mean adjusted Rand index between the fits' labels of all rows, two by two: 1 when every fit finds the same. */
  readonly stability: number;
}

/**
 * Fits as often as there are folds, each time without one of them and with another seed.
 *
 * @param folds 2 to the number of rows
 */
export function crossValidate(
  x: Matrix,
  fitDensity: FitDensity,
  folds: number,
  seed: number,
): CrossValidation {
  const order = new Random(seed).shuffle(Int32Array.from({ length: x.rows }, (_, row) => row));
  const heldOut = new Float64Array(x.rows);
  const labels: Int32Array[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const left = order.filter((_, i) => i % folds === fold);
    const density = fitDensity(
      takeRows(
        x,
        order.filter((_, i) => i % folds !== fold),
      ),
      seed + fold,
    );
    density.scoreSamples(takeRows(x, left)).forEach((likelihood, i) => {
      heldOut[left[i]!] = likelihood;
    });
    labels.push(density.predict(x));
  }
  return { heldOut, stability: meanAgreement(labels) };
}

function meanAgreement(labels: readonly Int32Array[]): number {
  let sum = 0;
  for (let a = 1; a < labels.length; a++)
    for (let b = 0; b < a; b++) sum += adjustedRandScore(labels[a]!, labels[b]!);
  return sum / ((labels.length * (labels.length - 1)) / 2);
}
