import { DiagonalMixture } from '../cluster/diagonal-mixture.js';
import type { Matrix } from '../cluster/matrix.js';
import { StandardScaler } from '../cluster/standard-scaler.js';
import { PlantsenseError } from '../errors.js';
import type { Npy } from '../npy.js';
import { fitNoiseDensity } from './noise-density.js';

/** Starts of the fit, of which the best counts. */
const STARTS = 5;

/**
 * A Gaussian mixture with diagonal covariances of latents, in the latents' own units. It is fitted to standardised ones,
 * so that `regCovar` means the same for every network.
 *
 * @throws PlantsenseError MATRIX_INVALID, PARAMETER_INVALID
 */
export function fitLatentDensity(
  latents: Matrix,
  k: number,
  regCovar: number,
  seed: number,
): DiagonalMixture {
  const scaler = StandardScaler.fit(latents);
  const { weights, means, covariances } = fitNoiseDensity(scaler.transform(latents), {
    ...{ kind: 'gmm', k, regCovar, nInit: STARTS, randomState: seed },
  });
  const { mean, scale } = scaler;
  const inOwnUnits = (x: Matrix, change: (value: number, col: number) => number) => ({
    ...x,
    data: Float64Array.from(x.data, (value, i) => change(value, i % x.cols)),
  });
  return new DiagonalMixture(
    weights,
    inOwnUnits(means, (value, col) => value * scale[col]! + mean[col]!),
    inOwnUnits(covariances, (value, col) => value * scale[col]! ** 2),
  );
}

/** A density as arrays of an artefact. */
export function densityArrays({ weights, means, covariances }: DiagonalMixture): Map<string, Npy> {
  const shape = [means.rows, means.cols];
  return new Map<string, Npy>([
    ['density-weights', { data: weights, shape: [weights.length] }],
    ['density-means', { data: Float64Array.from(means.data), shape }],
    ['density-covariances', { data: Float64Array.from(covariances.data), shape }],
  ]);
}

/** @throws PlantsenseError MODEL_INVALID when an array is missing or they are no mixture of such latents */
export function readDensity(arrays: ReadonlyMap<string, Npy>, latentDim: number): DiagonalMixture {
  const floats = (name: string) => {
    const data = arrays.get(name)?.data;
    if (data instanceof Float64Array) return data;
    throw new PlantsenseError('MODEL_INVALID', `The model needs the array ${name} of 64-bit floats.`);
  };
  const weights = floats('density-weights');
  const matrix = (name: string) => ({ data: floats(name), rows: weights.length, cols: latentDim });
  try {
    return new DiagonalMixture(weights, matrix('density-means'), matrix('density-covariances'));
  } catch (cause) {
    throw new PlantsenseError('MODEL_INVALID', "The model's density is no mixture of its latents.", {
      cause,
    });
  }
}
