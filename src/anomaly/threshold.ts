/**
 * The threshold α: a mean of n residuals above it is abnormal (section 2.3, algorithm 2). It is told by residuals of
 * validation data: recordings of normal operation that the network was not trained with.
 */
import { PlantsenseError } from '../errors.js';
import { quantile } from '../quantile.js';
import { checkRange, checkResiduals, checkShare } from './checks.js';
import { fitGamma, type GammaDistribution, gammaQuantile } from './gamma-distribution.js';
import { joined } from './joined.js';
import { operatingPoint } from './operating-point.js';
import { type Recordings, recordingMeans, type Windows } from './recording-means.js';

/**
 * How α is chosen.
 * - `quantile`: a quantile of the residuals themselves. Never their maximum, which one odd segment decides (section 3.2).
 * - `gamma`: the quantile of a gamma distribution fitted to them, as in the baseline of DCASE's task 2.
 * - `sensitivity`: the largest α that calls this share of a few abnormal residuals abnormal.
 */
export type ThresholdRule =
  | { readonly type: 'quantile'; readonly quantile: number }
  | { readonly type: 'gamma'; readonly quantile: number }
  | { readonly type: 'sensitivity'; readonly sensitivity: number };

export const THRESHOLD_RULE_DEFAULT: ThresholdRule = { type: 'quantile', quantile: 0.99 };

export interface Threshold {
  /** Segments in a mean. */
  readonly n: number;
  readonly alpha: number;
  /** What gave α: `gamma` although a quantile was asked for, when there were too few means. */
  readonly type: ThresholdRule['type'];
  /** α will move when there is more data: too few independent means told it. */
  readonly provisional: boolean;
  /** Means of n without a common segment that α was told by. */
  readonly independentMeans: number;
  /** Share of these means that α calls normal: measured, not wished for. */
  readonly specificity: number;
  /** Share of the abnormal means that α calls abnormal; `null` without any. */
  readonly sensitivity: number | null;
  /** The distribution that was fitted, else `null`. */
  readonly gamma: GammaDistribution | null;
}

/** Fewer independent means than this tell no quantile. */
export const LEAST_INDEPENDENT_MEANS = 50;
/** Fewer than this tell no distribution either. */
const LEAST_FOR_GAMMA = 5;

/**
 * The threshold for means of n.
 *
 * A quantile takes at least 50 independent means, and so many that at least one lies beyond it (100 for 0.99), for else it
 * is little but the maximum; with fewer, α is the quantile of a gamma distribution, and provisional. From a handful it is
 * too low: where 1 % shall be above, 5 to 8 % are from 5 means, 2 to 3 % from 20 and 1.5 to 2 % from 50 (means of 20 skewed
 * residuals, independent or correlated by 0.7).
 *
 * @param normal validation recordings
 * @param abnormal recordings of something abnormal; empty when there are none
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT, RESIDUALS_INVALID, PARAMETER_INVALID
 */
export function fitThreshold(
  rule: ThresholdRule,
  n: number,
  normal: Recordings,
  abnormal: Recordings = [],
  windows: Windows = 'within',
): Threshold {
  // A sensitivity of 1 can be had; a quantile of 1 is the maximum.
  if (rule.type === 'sensitivity') checkRange('The sensitivity', rule.sensitivity, Number.MIN_VALUE, 1);
  else checkShare('The quantile', rule.quantile);
  const normalMeans = meansOf('normal residuals', normal, n, windows);
  const abnormalMeans = meansOf('abnormal residuals', abnormal, n, windows);
  if (normalMeans.length > 1 && normalMeans.every(mean => mean === normalMeans[0]))
    throw new PlantsenseError(
      'RESIDUALS_INVALID',
      `All ${normalMeans.length} normal residuals are ${normalMeans[0]}: no threshold can be told by them.`,
    );
  const choice =
    rule.type === 'sensitivity'
      ? sensitive(rule.sensitivity, n, normalMeans, abnormalMeans)
      : specific(rule, n, normalMeans);
  const { specificity, sensitivity } = operatingPoint(normalMeans, abnormalMeans, choice.alpha);
  return { n, ...choice, independentMeans: normalMeans.length, specificity, sensitivity };
}

type Choice = Pick<Threshold, 'alpha' | 'type' | 'provisional' | 'gamma'>;

function specific(
  rule: Exclude<ThresholdRule, { type: 'sensitivity' }>,
  n: number,
  means: Float64Array,
): Choice {
  if (means.length < LEAST_FOR_GAMMA) throw tooFew('normal', n, means.length, LEAST_FOR_GAMMA);
  const needed = Math.max(LEAST_INDEPENDENT_MEANS, Math.ceil(1 / (1 - rule.quantile) - 1e-9));
  if (rule.type === 'quantile' && means.length >= needed)
    return { alpha: quantile(means, rule.quantile), type: 'quantile', provisional: false, gamma: null };
  const gamma = fitGamma(means);
  return {
    alpha: gammaQuantile(gamma, rule.quantile),
    type: 'gamma',
    provisional: means.length < LEAST_INDEPENDENT_MEANS || rule.type === 'quantile',
    gamma,
  };
}

function sensitive(wanted: number, n: number, normal: Float64Array, abnormal: Float64Array): Choice {
  if (abnormal.length === 0) throw tooFew('abnormal', n, 0, 1);
  // Without normal means nobody could say what the sensitivity costs.
  if (normal.length === 0) throw tooFew('normal', n, 0, 1);
  const sorted = Float64Array.from(abnormal).sort();
  // 0.55 × 100 is a little more than 55.
  const reached = Math.ceil(wanted * sorted.length - 1e-9);
  // What equals α is normal, so α lies just below the lowest that shall be found.
  const lowest = sorted[sorted.length - reached]!;
  if (lowest === 0)
    throw new PlantsenseError(
      'RESIDUALS_INVALID',
      'An abnormal residual that shall be found is 0: no threshold lies below it.',
    );
  const alpha = nextBelow(lowest);
  const provisional = Math.min(abnormal.length, normal.length) < LEAST_INDEPENDENT_MEANS;
  return { alpha, type: 'sensitivity', provisional, gamma: null };
}

function meansOf(name: string, recordings: Recordings, n: number, windows: Windows): Float64Array {
  for (const residuals of recordings) checkResiduals(name, residuals);
  return joined(recordingMeans(recordings, n, windows));
}

/** The largest double below a positive one. */
function nextBelow(value: number): number {
  const double = new Float64Array([value]);
  const bits = new BigInt64Array(double.buffer);
  bits[0]! -= 1n;
  return double[0]!;
}

function tooFew(kind: string, n: number, means: number, least: number): PlantsenseError {
  const what = n === 1 ? `${kind} segments` : `means of ${n} ${kind} segments`;
  return new PlantsenseError(
    'TRAINING_DATA_INSUFFICIENT',
    `A threshold needs at least ${least} ${what}, and there are ${means}.`,
  );
}
