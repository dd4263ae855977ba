/**
 * The residual error: how badly the auto-encoder reconstructs a segment. Equation 1 of the residual-error paper, as a mean
 * over the segment's values instead of a sum, so that it does not depend on the segment's size.
 */
import { PlantsenseError } from '../errors.js';
import { checkInteger } from './checks.js';
import { bandBins, bandCount, type FrequencyBands } from './frequency-bands.js';

/**
 * Mean squared error of each segment.
 *
 * @param segments [n, size], row by row
 * @param reconstructions of the same shape
 * @param size values of a segment: bins times width
 * @param out n values, to be filled
 * @returns `out`, or new ones
 * @throws PlantsenseError PARAMETER_INVALID when the shapes do not fit
 */
export function residuals(
  segments: Float32Array,
  reconstructions: Float32Array,
  size: number,
  out?: Float64Array,
): Float64Array {
  checkInteger('The size of a segment', size, 1);
  checkSameLength(segments, reconstructions);
  const errors = out ?? new Float64Array(Math.floor(segments.length / size));
  if (segments.length !== errors.length * size)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${segments.length} values are not ${errors.length} segments of ${size}.`,
    );
  for (let i = 0; i < errors.length; i++)
    errors[i] = squaredError(segments, reconstructions, i * size, (i + 1) * size) / size;
  return errors;
}

/**
 * Mean squared error of one segment in each frequency band.
 *
 * @param segment [bins, width], row by row
 * @param reconstruction of the same shape
 * @param out one value a band
 * @returns `out`
 * @throws PlantsenseError PARAMETER_INVALID when the shapes do not fit
 */
export function bandResiduals(
  segment: Float32Array,
  reconstruction: Float32Array,
  bands: FrequencyBands,
  out: Float64Array = new Float64Array(bandCount(bands)),
): Float64Array {
  checkSameLength(segment, reconstruction);
  const width = segment.length / bandBins(bands);
  if (!Number.isInteger(width) || width < 1 || out.length !== bandCount(bands))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `A segment of ${segment.length} values does not fit ${out.length} bands of together ${bandBins(bands)} rows.`,
    );
  for (let band = 0; band < out.length; band++) {
    const begin = bands.edges[band]! * width;
    const end = bands.edges[band + 1]! * width;
    out[band] = squaredError(segment, reconstruction, begin, end) / (end - begin);
  }
  return out;
}

/** The segment's residual, from those of its bands: their mean, weighted with their rows. */
export function residualOfBands(values: Float64Array, bands: FrequencyBands): number {
  let sum = 0;
  for (let band = 0; band < values.length; band++)
    sum += values[band]! * (bands.edges[band + 1]! - bands.edges[band]!);
  return sum / bandBins(bands);
}

function squaredError(a: Float32Array, b: Float32Array, begin: number, end: number): number {
  let sum = 0;
  for (let i = begin; i < end; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum;
}

function checkSameLength(segments: Float32Array, reconstructions: Float32Array): void {
  if (segments.length !== reconstructions.length)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${segments.length} values of segments have ${reconstructions.length} of reconstructions.`,
    );
}
