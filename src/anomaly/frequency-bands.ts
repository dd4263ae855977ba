import { PlantsenseError } from '../errors.js';
import { checkInteger } from './checks.js';

/** How the rows of a segment are parted into frequency bands. */
export interface FrequencyBands {
  /** Band b has the rows `edges[b]` .. `edges[b + 1] - 1`; rising, from 0 to the number of rows. */
  readonly edges: Int32Array;
}

/** Bands that a machine's residual is told by, unless told otherwise. */
export const BANDS_DEFAULT = 32;

/**
 * Bands of equal width; where they can't be, they differ by one row.
 * @param bins rows of a segment
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function equalBands(bins: number, count: number = BANDS_DEFAULT): FrequencyBands {
  checkInteger('The number of rows', bins, 1);
  checkInteger('The number of bands', count, 1);
  if (count > bins)
    throw new PlantsenseError('PARAMETER_INVALID', `${bins} rows can't be parted into ${count} bands.`);
  return { edges: Int32Array.from({ length: count + 1 }, (_, band) => Math.round((band * bins) / count)) };
}

/**
 * Bands with given edges.
 * @param edges rows, rising; the first is 0 and the last the number of rows
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function bandsOfEdges(edges: readonly number[]): FrequencyBands {
  const rising = edges.every((edge, i) => Number.isInteger(edge) && (i === 0 || edge > edges[i - 1]!));
  if (edges.length < 2 || edges[0] !== 0 || !rising)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The edges of bands must be integers that rise from 0, not ${edges.join(', ')}.`,
    );
  return { edges: Int32Array.from(edges) };
}

export function bandCount(bands: FrequencyBands): number {
  return bands.edges.length - 1;
}

/** Rows that all bands have together. */
export function bandBins(bands: FrequencyBands): number {
  return bands.edges[bands.edges.length - 1]!;
}

/**
 * Frequencies of a band's edges, Hz. Row 0 is the STFT's bin 1, since the segment lacks the bin at 0 Hz, and a bin reaches
 * half a bin to either side.
 */
export function bandHz(
  bands: FrequencyBands,
  band: number,
  sampleRateHz: number,
  nFft: number,
): readonly [lowHz: number, highHz: number] {
  const binHz = sampleRateHz / nFft;
  return [(bands.edges[band]! + 0.5) * binHz, (bands.edges[band + 1]! + 0.5) * binHz];
}
