import { quantile } from '../quantile.js';

/** Below which log-likelihood an event is novel, and how well that is known. */
export interface NoveltyThreshold {
  /** Share of events like those of the training that shall be called novel. */
  readonly quantile: number;
  readonly logLikelihood: number;
  /** Events that it was told by. */
  readonly heldOutEvents: number;
  /** They are so few that less than one of them lies below it: it is extrapolated. */
  readonly provisional: boolean;
}

/** The tail is the lowest quarter: fewer events say too little, more are not in the tail. */
const TAIL_SHARE = 1 / 4;
const LEAST_TAIL = 3;
const MOST_TAIL = 50;
/** What 0 is taken for: no finite threshold has nothing below it. */
const LEAST_QUANTILE = 1e-6;

/**
 * The threshold below which a share `q` of new events lies, told by the likelihoods of events that the model was not
 * fitted to.
 *
 * A quantile of few is too high: of 12 events the lowest percent is about the lowest, and 8 of a hundred new events are
 * lower. So an exponential tail is fitted to what the m lowest likelihoods lack to the next one above: the log-density
 * of a mixture of normal distributions falls off so. The threshold is the quantile of its predictive distribution,
 *
 *     t - m e ((p / q)^(1/m) - 1),   p = (m + 1) / (n + 1),
 *
 * with t the likelihood above the tail, e > 0 the mean lack and n events: new events are below it with probability q in
 * the mean over samples, however few there are. With n from 6 to 1,000 of four kinds of distributions, heavy tails among
 * them, 0.1 to 2.2 % of new events were below a threshold for 1 %, 15 % to 1 % below the plain quantile. Where q lies above
 * the tail, the plain quantile is taken.
 *
 * Exponential excesses: Pickands 1975, with shape 0. Predictive quantile: the mean of m exponentials with an unknown
 * scale is that of a Lomax distribution (Lawless 1971).
 *
 * @param logLikelihoods of at least one event, in any order
 * @param q 0 to 1
 */
export function noveltyThreshold(logLikelihoods: Float64Array, q: number): NoveltyThreshold {
  const sorted = Float64Array.from(logLikelihoods).sort();
  const n = sorted.length;
  return {
    quantile: q,
    logLikelihood: predictiveQuantile(sorted, q),
    heldOutEvents: n,
    provisional: q * (n + 1) < 1,
  };
}

/** @param sorted rising */
function predictiveQuantile(sorted: Float64Array, q: number): number {
  const n = sorted.length;
  const m = Math.min(MOST_TAIL, n - 1, Math.max(LEAST_TAIL, Math.round(n * TAIL_SHARE)));
  const p = (m + 1) / (n + 1);
  if (m < 1 || q >= p) return quantile(sorted, q);
  const above = sorted[m]!;
  const meanLack = sorted.subarray(0, m).reduce((sum, value) => sum + (above - value), 0) / m;
  return above - m * meanLack * ((p / Math.max(q, LEAST_QUANTILE)) ** (1 / m) - 1);
}
