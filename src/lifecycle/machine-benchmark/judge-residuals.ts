/** How well a method's residuals part each abnormal category from normal operation: figures 10, 11 and 12 of the paper. */
import type { BootstrapOptions, ByClass, Interval } from '../../anomaly/bootstrap-auc.js';
import { type Accuracy, accuracyAt, evaluateCategory } from '../../anomaly/category-evaluation.js';
import { joined } from '../../anomaly/joined.js';
import { type Recordings, recordingMeans, type Windows } from '../../anomaly/recording-means.js';
import { residualHistogram } from '../../anomaly/residual-histogram.js';
import type { Threshold, ThresholdRule } from '../../anomaly/threshold.js';
import { thresholdOf } from '../machine-model/machine-thresholds.js';

/** Residuals of one method, by recording. */
export interface BenchmarkResiduals {
  /** Normal recordings that tell thresholds. */
  readonly validation: Recordings;
  /** Abnormal recordings that tell thresholds; none but for a sensitivity. */
  readonly abnormal: Recordings;
  /** Normal recordings that categories are held against. */
  readonly test: Recordings;
  readonly categories: ReadonlyMap<string, Recordings>;
}

export interface JudgeOptions {
  readonly rule: ThresholdRule;
  readonly windows: Windows;
  readonly seed: number;
  /** Of the bootstrap. */
  readonly resamples: number;
}

/** Segments in a mean: the paper's single one and twenty, and one between. */
export const JUDGED_N = [1, 5, 20] as const;
/** Of figure 12. */
export const ACCURACY_N = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30] as const;
/** Of figure 11. */
export const HISTOGRAM_N = [1, 20] as const;

/** A category with means of n. What there are too few means for is null. */
export interface JudgedMeans {
  readonly n: number;
  readonly auc: number | null;
  /** Bootstrap over recordings; null with one recording of a class. */
  readonly aucInterval: Interval | null;
  /** Up to a false positive rate of 0.1, standardised. */
  readonly partialAuc: number | null;
  readonly partialAucInterval: Interval | null;
  readonly independentWindows: ByClass;
  readonly threshold: Threshold | null;
  readonly accuracy: Accuracy | null;
  readonly roc: { readonly fpr: readonly number[]; readonly tpr: readonly number[] } | null;
}

export interface JudgedCategory {
  readonly name: string;
  readonly recordings: ByClass;
  readonly segments: ByClass;
  readonly means: readonly JudgedMeans[];
  readonly accuracyOverN: readonly { readonly n: number; readonly accuracy: Accuracy | null }[];
  readonly histograms: readonly {
    readonly n: number;
    readonly alpha: number | null;
    readonly edges: readonly number[];
    readonly normal: readonly number[];
    readonly abnormal: readonly number[];
  }[];
}

/**
 * @returns the categories in the order given
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT when validation has too few segments for any threshold;
 *   RESIDUALS_INVALID, PARAMETER_INVALID
 */
export function judgeResiduals(residuals: BenchmarkResiduals, options: JudgeOptions): JudgedCategory[] {
  const { validation, abnormal: telling, test, categories } = residuals;
  const { rule, windows } = options;
  const ns = new Set<number>([...JUDGED_N, ...ACCURACY_N, ...HISTOGRAM_N]);
  const thresholds = new Map([...ns].map(n => [n, thresholdOf(rule, n, validation, telling, windows)]));
  const thresholdFor = (n: number) => thresholds.get(n) ?? null;
  return [...categories].map(([name, abnormal]) => ({
    name,
    recordings: { normal: test.length, abnormal: abnormal.length },
    segments: { normal: joined(test).length, abnormal: joined(abnormal).length },
    means: judgeMeans(test, abnormal, thresholdFor, options),
    accuracyOverN: ACCURACY_N.map(n => ({
      n,
      accuracy: accuracyOf(test, abnormal, n, windows, thresholdFor(n)),
    })),
    histograms: HISTOGRAM_N.flatMap(n => {
      const [normalMeans, abnormalMeans] = meansOf(test, abnormal, n, windows);
      if (normalMeans.length + abnormalMeans.length === 0) return [];
      const histogram = residualHistogram(normalMeans, abnormalMeans, 40);
      return {
        ...{ n, alpha: thresholdFor(n)?.alpha ?? null },
        edges: [...histogram.edges],
        normal: [...histogram.normal],
        abnormal: [...histogram.abnormal],
      };
    }),
  }));
}

function judgeMeans(
  test: Recordings,
  abnormal: Recordings,
  thresholdFor: (n: number) => Threshold | null,
  { windows, seed, resamples }: JudgeOptions,
): JudgedMeans[] {
  const bootstrap: Partial<BootstrapOptions> = { windows, seed, resamples };
  // Without a threshold there is an area all the same.
  const asked = JUDGED_N.map(n => ({ n, alpha: thresholdFor(n)?.alpha ?? Number.POSITIVE_INFINITY }));
  return evaluateCategory(test, abnormal, asked, bootstrap).map(evaluation => {
    const { n, independentWindows } = evaluation;
    const threshold = thresholdFor(n);
    if (evaluation.roc === null) {
      const none = { auc: null, aucInterval: null, partialAuc: null, partialAucInterval: null };
      return { n, independentWindows, threshold, ...none, accuracy: null, roc: null };
    }
    const { auc, aucInterval, partialAuc, partialAucInterval, accuracy, roc } = evaluation;
    return {
      ...{ n, independentWindows, threshold, auc, aucInterval, partialAuc, partialAucInterval },
      accuracy: threshold && accuracy,
      roc: { fpr: [...roc.fpr], tpr: [...roc.tpr] },
    };
  });
}

function accuracyOf(
  test: Recordings,
  abnormal: Recordings,
  n: number,
  windows: Windows,
  threshold: Threshold | null,
): Accuracy | null {
  const [normalMeans, abnormalMeans] = meansOf(test, abnormal, n, windows);
  if (!threshold || normalMeans.length === 0 || abnormalMeans.length === 0) return null;
  return accuracyAt(normalMeans, abnormalMeans, threshold.alpha);
}

function meansOf(test: Recordings, abnormal: Recordings, n: number, windows: Windows) {
  return [joined(recordingMeans(test, n, windows)), joined(recordingMeans(abnormal, n, windows))] as const;
}
