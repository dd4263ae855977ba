import { PlantsenseError } from '../errors.js';
import { checkResiduals } from './checks.js';

/** A band that reconstructs worse than it does in normal operation. */
export interface WorseBand {
  /** Index among the bands. */
  readonly band: number;
  readonly residual: number;
  /** Its mean residual in normal operation. */
  readonly normalResidual: number;
  /** How many times the normal residual it is, above 1. */
  readonly ratio: number;
}

/**
 * What a ratio is taken against, at least, as a share of the mean over all bands: a band that normally holds next to
 * nothing would else head every list.
 */
const LEAST_NORMAL_SHARE = 0.01;

/**
 * Mean residual of each band over segments of normal operation.
 *
 * @param residuals [segments, bands], row by row
 * @param bands number of bands
 * @throws PlantsenseError RESIDUALS_INVALID; TRAINING_DATA_INSUFFICIENT without segments
 */
export function normalBandResiduals(residuals: Float64Array, bands: number): Float64Array {
  const segments = residuals.length / bands;
  if (segments === 0)
    throw new PlantsenseError('TRAINING_DATA_INSUFFICIENT', 'There are no segments of normal operation.');
  if (!Number.isInteger(segments))
    throw new PlantsenseError('PARAMETER_INVALID', `${residuals.length} values are not rows of ${bands}.`);
  checkResiduals('band residuals', residuals);
  const means = new Float64Array(bands);
  for (let i = 0; i < residuals.length; i++) means[i % bands]! += residuals[i]!;
  return means.map(sum => sum / segments);
}

/**
 * The bands that reconstruct worst, against what is normal for them: the paper's network loses the high bands even of
 * normal sound (section 2.3), so the plain residuals say little.
 *
 * @param residuals one a band
 * @param normal the same of normal operation, of {@link normalBandResiduals}
 * @param most how many bands to name
 * @returns worst first, only bands above normal
 * @throws PlantsenseError PARAMETER_INVALID when the lengths differ
 */
export function worstBands(residuals: Float64Array, normal: Float64Array, most: number): WorseBand[] {
  if (residuals.length !== normal.length)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `There are residuals of ${residuals.length} bands and normal ones of ${normal.length}.`,
    );
  const least = (LEAST_NORMAL_SHARE * normal.reduce((a, b) => a + b, 0)) / normal.length;
  const worse: WorseBand[] = [];
  for (let band = 0; band < residuals.length; band++) {
    const residual = residuals[band]!;
    const normalResidual = normal[band]!;
    const ratio = residual / Math.max(normalResidual, least);
    if (residual > normalResidual && ratio > 1) worse.push({ band, residual, normalResidual, ratio });
  }
  // The sort is stable: of equal ratios the lower band comes first.
  return worse.sort((a, b) => (a.ratio === b.ratio ? 0 : b.ratio - a.ratio)).slice(0, most);
}
