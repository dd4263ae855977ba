import { readFileSync } from 'node:fs';
import { decodeNpy } from '../../npy.js';

const FOLDER = new URL('../../../test/goldens/anomaly/', import.meta.url);

interface Areas {
  readonly auc: number;
  /** By maxFpr. */
  readonly partial: Readonly<Record<string, number>>;
}

interface Curve {
  readonly dropIntermediate: boolean;
  readonly fpr: readonly number[];
  readonly tpr: readonly number[];
  readonly thresholds: readonly (number | 'Infinity')[];
}

interface GammaFit {
  readonly shape: number;
  readonly scale: number;
  /** By share below. */
  readonly quantiles: Readonly<Record<string, number>>;
}

/** What scikit-learn and scipy give, from `test/goldens/anomaly/make_goldens.py`. */
interface Reference {
  /** By n. */
  readonly roc: Readonly<Record<string, Areas>>;
  readonly curves: readonly (Curve & { readonly n: number })[];
  readonly tied: Areas & {
    readonly normal: readonly number[];
    readonly abnormal: readonly number[];
    readonly curves: readonly Curve[];
  };
  readonly gammaFits: readonly (GammaFit & { readonly n: number })[];
  readonly gammaFitOfFew: GammaFit & { readonly values: readonly number[] };
  readonly special: {
    readonly gammainc: readonly (readonly [a: number, x: number, value: number])[];
    readonly digamma: readonly (readonly [x: number, value: number])[];
    readonly trigamma: readonly (readonly [x: number, value: number])[];
    readonly gammaQuantiles: readonly (readonly [a: number, q: number, value: number])[];
  };
}

export const reference = JSON.parse(readFileSync(new URL('reference.json', FOLDER), 'utf8')) as Reference;

export const normalResiduals = load('residuals-normal.npy');
export const abnormalResiduals = load('residuals-abnormal.npy');

function load(name: string): Float64Array {
  return decodeNpy(readFileSync(new URL(name, FOLDER))).data as Float64Array;
}

/** The largest distance between two lists, relative to the second one's values. */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number | string>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    const value = Number(expected[i]);
    if (actual[i] === value) continue;
    const error = Math.abs(actual[i]! - value) / Math.abs(value);
    // Written so that NaN is the largest of all.
    if (!(error <= largest)) largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return largest;
}
