import { PlantsenseError } from '../errors.js';
import { quantile } from '../quantile.js';
import { Random } from '../random.js';
import { areaUnderRoc, checkMaxFpr, standardizedArea } from './auc-score.js';
import { checkInteger, checkShare } from './checks.js';
import { rankScores } from './ranked-scores.js';
import { type Recordings, recordingMeans, type Windows } from './recording-means.js';

export interface BootstrapOptions {
  readonly seed: number;
  readonly resamples: number;
  /** Share of the resamples that the interval holds. */
  readonly confidence: number;
  /** Up to where the partial area goes. */
  readonly maxFpr: number;
  readonly windows: Windows;
}

export const BOOTSTRAP_DEFAULTS: BootstrapOptions = {
  seed: 1,
  resamples: 1000,
  confidence: 0.95,
  maxFpr: 0.1,
  windows: 'within',
};

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A number for each class. */
export interface ByClass {
  readonly normal: number;
  readonly abnormal: number;
}

export interface AucEstimate {
  readonly auc: number;
  /** Standardised, as scikit-learn's. */
  readonly partialAuc: number;
  /** `null` when a class has only one recording: nothing tells how recordings differ. */
  readonly aucInterval: Interval | null;
  readonly partialAucInterval: Interval | null;
  /** Recordings that were drawn from. */
  readonly recordings: ByClass;
  /** Means of n without a common segment. (Neighbouring segments may share some of their sound.) */
  readonly independentWindows: ByClass;
}

/**
 * AUC and partial AUC of means of n, with percentile intervals of a bootstrap (Efron 1979) that draws whole recordings, with
 * replacement, in each class: segments of one recording resemble each other, so drawing single ones would give intervals
 * that are too narrow (Davison & Hinkley 1997, section 3.8). Windows across recordings are made anew of those drawn.
 *
 * An interval from few recordings is still too narrow, and where every resample is perfect it is [1, 1]: read it together
 * with the number of recordings.
 *
 * @param normal recordings; those too short for a window don't count
 * @param n segments in a mean
 * @throws PlantsenseError PARAMETER_INVALID when a class has no window; RESIDUALS_INVALID when a residual is not finite
 */
export function bootstrapAuc(
  normal: Recordings,
  abnormal: Recordings,
  n: number,
  options: Partial<BootstrapOptions> = {},
): AucEstimate {
  const sample = sampleOf(normal, abnormal, n, options);
  const { normals, abnormals, windows } = sample;
  const estimate = {
    ...sample.areasOf(everyOne(normals), everyOne(abnormals))!,
    recordings: { normal: normals.length, abnormal: abnormals.length },
    independentWindows: {
      normal: count(recordingMeans(normals, n, windows)),
      abnormal: count(recordingMeans(abnormals, n, windows)),
    },
  };
  const resampled = resample([sample], options);
  return {
    ...estimate,
    aucInterval: resampled && percentiles(resampled, ([areas]) => areas!.auc, options),
    partialAucInterval: resampled && percentiles(resampled, ([areas]) => areas!.partialAuc, options),
  };
}

/** The residuals of one method: normal recordings, and those of a category. */
export interface Contest {
  readonly normal: Recordings;
  readonly abnormal: Recordings;
}

/**
 * How much larger the AUC of one method's residuals is than that of another's, of the same recordings, with an interval of
 * the same bootstrap: each resample draws the same recordings for both, so that what makes recordings differ is in both.
 *
 * @param n segments in a mean
 * @throws PlantsenseError PARAMETER_INVALID when they are not of the same recordings; as {@link bootstrapAuc}
 */
export function aucDifference(
  one: Contest,
  other: Contest,
  n: number,
  options: Partial<BootstrapOptions> = {},
): { readonly difference: number; readonly interval: Interval | null } {
  const lengths = ({ normal, abnormal }: Contest) =>
    JSON.stringify([normal, abnormal].map(recordings => recordings.map(({ length }) => length)));
  if (lengths(one) !== lengths(other))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      'Two methods can be compared on the same recordings only.',
    );
  const samples = [one, other].map(({ normal, abnormal }) => sampleOf(normal, abnormal, n, options));
  const [first, second] = samples.map(
    ({ areasOf, normals, abnormals }) => areasOf(everyOne(normals), everyOne(abnormals))!.auc,
  );
  const resampled = resample(samples, options);
  const difference = ([a, b]: readonly Areas[]) => a!.auc - b!.auc;
  return {
    difference: first! - second!,
    interval: resampled && percentiles(resampled, difference, options),
  };
}

/** Recordings that are long enough, and the areas of those that are drawn of them. */
interface Sample {
  readonly normals: Recordings;
  readonly abnormals: Recordings;
  readonly windows: Windows;
  readonly areasOf: AreasOf;
}

function sampleOf(
  normal: Recordings,
  abnormal: Recordings,
  n: number,
  options: Partial<BootstrapOptions>,
): Sample {
  const { resamples, confidence, maxFpr, windows: wanted } = { ...BOOTSTRAP_DEFAULTS, ...options };
  // A window of one segment is within its recording anyhow, and ranks need to be told only once then.
  const windows = n === 1 ? 'within' : wanted;
  checkInteger('n', n, 1);
  checkInteger('The number of resamples', resamples, 1);
  checkShare('The confidence', confidence);
  checkMaxFpr(maxFpr);
  const least = windows === 'across' ? 1 : n;
  const normals = normal.filter(({ length }) => length >= least);
  const abnormals = abnormal.filter(({ length }) => length >= least);
  const areas = windows === 'across' ? acrossRecordings : withinRecordings;
  return { normals, abnormals, windows, areasOf: areas(normals, abnormals, n, maxFpr) };
}

/** Areas of each sample, of the same drawn recordings, for each resample; null with one recording of a class. */
function resample(
  samples: readonly Sample[],
  options: Partial<BootstrapOptions>,
): readonly (readonly Areas[])[] | null {
  const { seed, resamples } = { ...BOOTSTRAP_DEFAULTS, ...options };
  const { normals, abnormals } = samples[0]!;
  if (normals.length < 2 || abnormals.length < 2) return null;
  const random = new Random(seed);
  const resampled: Areas[][] = [];
  while (resampled.length < resamples) {
    const drawnNormals = draw(normals.length, random);
    const drawnAbnormals = draw(abnormals.length, random);
    const areas = samples.flatMap(({ areasOf }) => areasOf(drawnNormals, drawnAbnormals) ?? []);
    // Of recordings of very different lengths, those drawn may be too short for one window: draw again.
    if (areas.length === samples.length) resampled.push(areas);
  }
  return resampled;
}

type Areas = Pick<AucEstimate, 'auc' | 'partialAuc'>;

/** Areas of drawn recordings, which may be drawn more than once; `null` when they hold no window. */
type AreasOf = (normal: Int32Array, abnormal: Int32Array) => Areas | null;

/** All scores are ranked once; a resample is one pass with the recordings' weights. */
function withinRecordings(normal: Recordings, abnormal: Recordings, n: number, maxFpr: number): AreasOf {
  const ranked = rankScores(recordingMeans(normal, n, 'within'), recordingMeans(abnormal, n, 'within'));
  const weights = new Float64Array(ranked.sizes.length);
  return (normals, abnormals) => {
    weights.fill(0);
    for (const recording of normals) weights[recording]! += 1;
    for (const recording of abnormals) weights[normal.length + recording]! += 1;
    return {
      auc: areaUnderRoc(ranked, weights, 1),
      partialAuc: standardizedArea(areaUnderRoc(ranked, weights, maxFpr), maxFpr),
    };
  };
}

function acrossRecordings(normal: Recordings, abnormal: Recordings, n: number, maxFpr: number): AreasOf {
  const pick = (from: Recordings, drawn: Int32Array) =>
    recordingMeans(
      Array.from(drawn, i => from[i]!),
      n,
      'across',
    );
  // Refuses what has no window even when nothing is drawn twice.
  rankScores(pick(normal, everyOne(normal)), pick(abnormal, everyOne(abnormal)));
  return (normals, abnormals) => {
    const normalMeans = pick(normal, normals);
    const abnormalMeans = pick(abnormal, abnormals);
    if (count(normalMeans) === 0 || count(abnormalMeans) === 0) return null;
    const ranked = rankScores(normalMeans, abnormalMeans);
    return {
      auc: areaUnderRoc(ranked, [1, 1], 1),
      partialAuc: standardizedArea(areaUnderRoc(ranked, [1, 1], maxFpr), maxFpr),
    };
  };
}

function everyOne({ length }: Recordings): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}

/** As many as there are, with replacement. */
function draw(length: number, random: Random): Int32Array {
  return Int32Array.from({ length }, () => random.int(length));
}

function percentiles(
  resampled: readonly (readonly Areas[])[],
  areaOf: (areas: readonly Areas[]) => number,
  options: Partial<BootstrapOptions>,
): Interval {
  const { confidence } = { ...BOOTSTRAP_DEFAULTS, ...options };
  const values = Float64Array.from(resampled, areaOf);
  const tail = (1 - confidence) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

function count(parts: readonly Float64Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
