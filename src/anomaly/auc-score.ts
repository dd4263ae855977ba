import { checkRange } from './checks.js';
import { type RankedScores, rankScores } from './ranked-scores.js';

/**
 * Area under the ROC curve, scikit-learn's `roc_auc_score`: the share of pairs of a normal and an abnormal score in which
 * the abnormal one is higher; equal scores count half.
 *
 * @throws PlantsenseError PARAMETER_INVALID when a class is empty; RESIDUALS_INVALID when a score is not finite
 */
export function aucScore(normal: Float64Array, abnormal: Float64Array): number {
  return partialAucScore(normal, abnormal, 1);
}

/**
 * Area under the ROC curve up to a false positive rate, standardised so that chance gives 0.5 and perfection 1 (McClish
 * 1989): scikit-learn's `roc_auc_score(max_fpr=...)`.
 *
 * @param maxFpr above 0, up to 1
 * @throws PlantsenseError PARAMETER_INVALID, RESIDUALS_INVALID
 */
export function partialAucScore(normal: Float64Array, abnormal: Float64Array, maxFpr: number): number {
  checkMaxFpr(maxFpr);
  const ranked = rankScores([normal], [abnormal]);
  return standardizedArea(areaUnderRoc(ranked, [1, 1], maxFpr), maxFpr);
}

export function checkMaxFpr(maxFpr: number): void {
  checkRange('maxFpr', maxFpr, Number.MIN_VALUE, 1);
}

/**
 * Area under the ROC curve from false positive rate 0 to `maxFpr`, not standardised, in one pass.
 * @param weights how often each recording counts
 */
export function areaUnderRoc(ranked: RankedScores, weights: ArrayLike<number>, maxFpr: number): number {
  const { scores, recordings, sizes, normalRecordings } = ranked;
  let normals = 0;
  let abnormals = 0;
  for (let i = 0; i < sizes.length; i++) {
    if (i < normalRecordings) normals += weights[i]! * sizes[i]!;
    else abnormals += weights[i]! * sizes[i]!;
  }
  const end = maxFpr * normals;
  let area = 0;
  let falsePositives = 0;
  let truePositives = 0;
  for (let i = 0; i < scores.length && falsePositives < end; ) {
    let right = 0;
    let up = 0;
    const score = scores[i];
    for (; i < scores.length && scores[i] === score; i++) {
      const recording = recordings[i]!;
      if (recording < normalRecordings) right += weights[recording]!;
      else up += weights[recording]!;
    }
    // The step over equal scores is a slope; it may be cut at `end`.
    const share = right > 0 ? Math.min(1, (end - falsePositives) / right) : 1;
    area += share * right * (truePositives + (share * up) / 2);
    falsePositives += right;
    truePositives += up;
  }
  return area / (normals * abnormals);
}

/** An area of {@link areaUnderRoc} between chance (0.5) and perfection (1). */
export function standardizedArea(area: number, maxFpr: number): number {
  const chance = maxFpr ** 2 / 2;
  return (1 + (area - chance) / (maxFpr - chance)) / 2;
}
