import { PlantsenseError } from '../errors.js';
import { checkShare } from './checks.js';
import { digamma, trigamma } from './gamma-function.js';
import { inverseIncompleteGamma } from './incomplete-gamma.js';

/** A gamma distribution; its mean is shape × scale. */
export interface GammaDistribution {
  readonly shape: number;
  readonly scale: number;
}

const MOST_STEPS = 100;
/** What is left of ln(mean) - mean(ln) by rounding when all values are the same. */
const LEAST_SPREAD = 1e-13;

/**
 * Fits a gamma distribution by maximum likelihood, scipy's `stats.gamma.fit(values, floc=0)`: the shape a where
 * ln a - ψ(a) = ln(mean) - mean(ln), by Newton's method from the approximation of Greenwood & Durand (1960).
 *
 * @param values above 0, not all the same
 * @throws PlantsenseError RESIDUALS_INVALID
 */
export function fitGamma(values: Float64Array): GammaDistribution {
  let sum = 0;
  let logSum = 0;
  for (const value of values) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY))
      throw new PlantsenseError(
        'RESIDUALS_INVALID',
        `A gamma distribution can't be fitted to ${value}: it takes numbers above 0.`,
      );
    sum += value;
    logSum += Math.log(value);
  }
  const mean = sum / values.length;
  const spread = Math.log(mean) - logSum / values.length;
  if (!(spread > LEAST_SPREAD))
    throw new PlantsenseError(
      'RESIDUALS_INVALID',
      `All ${values.length} residuals are the same, ${values[0]}: they have no distribution.`,
    );
  let shape = (3 - spread + Math.sqrt((spread - 3) ** 2 + 24 * spread)) / (12 * spread);
  for (let step = 0; step < MOST_STEPS; step++) {
    const error = Math.log(shape) - digamma(shape) - spread;
    // In 1 / shape the function is nearly a line.
    const next = 1 / (1 / shape + error / (shape * shape * (1 / shape - trigamma(shape))));
    const moved = Math.abs(next - shape);
    shape = next;
    if (moved <= 1e-14 * shape) break;
  }
  return { shape, scale: mean / shape };
}

/**
 * The value below which a share q of the distribution lies: scipy's `stats.gamma.ppf`.
 * @throws PlantsenseError PARAMETER_INVALID when q is not between 0 and 1
 */
export function gammaQuantile({ shape, scale }: GammaDistribution, q: number): number {
  checkShare('The quantile', q);
  return scale * inverseIncompleteGamma(shape, q);
}
