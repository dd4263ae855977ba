/** How well residuals part one abnormal category from normal operation: figures 10 to 12 for one's own recordings. */
import {
  type AucEstimate,
  BOOTSTRAP_DEFAULTS,
  type BootstrapOptions,
  type ByClass,
  bootstrapAuc,
} from './bootstrap-auc.js';
import { checkResiduals } from './checks.js';
import { joined } from './joined.js';
import { shareAbove } from './operating-point.js';
import { type Recordings, recordingMeans } from './recording-means.js';
import { type RocCurve, rocCurve } from './roc-curve.js';

/** α for means of n. */
export interface AlphaOfN {
  readonly n: number;
  readonly alpha: number;
}

export interface Accuracy {
  readonly alpha: number;
  /** Share of all windows that are called what they are (figure 12); it depends on how many of each class there are. */
  readonly accuracy: number;
  /** Mean of sensitivity and specificity, which does not. */
  readonly balancedAccuracy: number;
  readonly sensitivity: number;
  readonly specificity: number;
}

export interface EvaluationOfN extends AucEstimate {
  readonly n: number;
  readonly roc: RocCurve;
  readonly accuracy: Accuracy;
}

/** A class has no window of n segments: there is nothing to say. */
export interface NotEvaluated {
  readonly n: number;
  readonly roc: null;
  readonly independentWindows: ByClass;
}

/**
 * One category against normal operation, for each n.
 *
 * @param normal test recordings: neither trained with nor used for α
 * @param abnormal recordings of the category
 * @param thresholds α of each n
 * @throws PlantsenseError RESIDUALS_INVALID, PARAMETER_INVALID
 */
export function evaluateCategory(
  normal: Recordings,
  abnormal: Recordings,
  thresholds: readonly AlphaOfN[],
  options: Partial<BootstrapOptions> = {},
): (EvaluationOfN | NotEvaluated)[] {
  for (const residuals of normal) checkResiduals('normal residuals', residuals);
  for (const residuals of abnormal) checkResiduals('abnormal residuals', residuals);
  const { windows } = { ...BOOTSTRAP_DEFAULTS, ...options };
  return thresholds.map(({ n, alpha }) => {
    const [normalMeans, abnormalMeans] = [normal, abnormal].map(recordings =>
      joined(recordingMeans(recordings, n, windows)),
    ) as [Float64Array, Float64Array];
    const independentWindows = { normal: normalMeans.length, abnormal: abnormalMeans.length };
    if (normalMeans.length === 0 || abnormalMeans.length === 0) return { n, roc: null, independentWindows };
    return {
      n,
      ...bootstrapAuc(normal, abnormal, n, options),
      roc: rocCurve(normalMeans, abnormalMeans),
      accuracy: accuracyAt(normalMeans, abnormalMeans, alpha),
    };
  });
}

/**
 * {@link evaluateCategory} of each category, against the same normal recordings.
 * @returns by category, in the order given
 */
export function evaluateCategories(
  normal: Recordings,
  categories: ReadonlyMap<string, Recordings>,
  thresholds: readonly AlphaOfN[],
  options: Partial<BootstrapOptions> = {},
): Map<string, (EvaluationOfN | NotEvaluated)[]> {
  return new Map(
    Array.from(categories, ([name, abnormal]) => [
      name,
      evaluateCategory(normal, abnormal, thresholds, options),
    ]),
  );
}

/** How often α is right. @param normal at least one @param abnormal at least one */
export function accuracyAt(normal: Float64Array, abnormal: Float64Array, alpha: number): Accuracy {
  const sensitivity = shareAbove(abnormal, alpha);
  const specificity = 1 - shareAbove(normal, alpha);
  const right = sensitivity * abnormal.length + specificity * normal.length;
  return {
    alpha,
    accuracy: right / (abnormal.length + normal.length),
    balancedAccuracy: (sensitivity + specificity) / 2,
    sensitivity,
    specificity,
  };
}
