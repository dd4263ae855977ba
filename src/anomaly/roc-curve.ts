import { rankScores } from './ranked-scores.js';

/** Receiver operating characteristic (figure 10 of the residual-error paper). */
export interface RocCurve {
  /** False positive rate, 1 - specificity: share of the normal scores from the threshold on; rising from 0 to 1. */
  readonly fpr: Float64Array;
  /** True positive rate, sensitivity: share of the abnormal scores from the threshold on; rising from 0 to 1. */
  readonly tpr: Float64Array;
  /** A score from here on counts as abnormal; falling, the first is infinity. */
  readonly thresholds: Float64Array;
}

/**
 * scikit-learn's `roc_curve`: one point for each different score.
 *
 * @param normal scores, higher is more abnormal
 * @param abnormal
 * @param dropIntermediate leaves out points that lie between two others at equal steps
 * @throws PlantsenseError PARAMETER_INVALID when a class is empty; RESIDUALS_INVALID when a score is not finite
 */
export function rocCurve(normal: Float64Array, abnormal: Float64Array, dropIntermediate = true): RocCurve {
  const { scores, recordings } = rankScores([normal], [abnormal]);
  const falsePositives: number[] = [];
  const truePositives: number[] = [];
  const thresholds: number[] = [];
  let positives = 0;
  for (let i = 0; i < scores.length; i++) {
    positives += recordings[i]!;
    // Equal scores can't be told apart by any threshold: one point for all of them.
    if (scores[i + 1] === scores[i]) continue;
    falsePositives.push(i + 1 - positives);
    truePositives.push(positives);
    thresholds.push(scores[i]!);
  }
  const last = thresholds.length - 1;
  const kept = thresholds
    .map((_, i) => i)
    .filter(
      i => i === 0 || i === last || !dropIntermediate || bends(falsePositives, i) || bends(truePositives, i),
    );
  return {
    fpr: Float64Array.from([0, ...kept.map(i => falsePositives[i]! / normal.length)]),
    tpr: Float64Array.from([0, ...kept.map(i => truePositives[i]! / abnormal.length)]),
    thresholds: Float64Array.from([Number.POSITIVE_INFINITY, ...kept.map(i => thresholds[i]!)]),
  };
}

function bends(counts: readonly number[], i: number): boolean {
  return counts[i + 1]! - counts[i]! !== counts[i]! - counts[i - 1]!;
}
