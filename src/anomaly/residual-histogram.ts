import { PlantsenseError } from '../errors.js';
import { checkInteger, checkResiduals } from './checks.js';

/** How often residuals fall into bins of equal width (figure 11). */
export interface ResidualHistogram {
  /** One more than bins, rising. A bin holds its lower edge, the last bin its upper one too. */
  readonly edges: Float64Array;
  readonly normal: Int32Array;
  readonly abnormal: Int32Array;
}

/**
 * Histogram of normal and abnormal residuals over common bins, numpy's `histogram` over both's range.
 *
 * @param abnormal empty when there are none
 * @throws PlantsenseError RESIDUALS_INVALID, PARAMETER_INVALID when there are no residuals at all
 */
export function residualHistogram(
  normal: Float64Array,
  abnormal: Float64Array,
  bins = 50,
): ResidualHistogram {
  checkInteger('The number of bins', bins, 1);
  checkResiduals('normal residuals', normal);
  checkResiduals('abnormal residuals', abnormal);
  if (normal.length + abnormal.length === 0)
    throw new PlantsenseError('PARAMETER_INVALID', 'There are no residuals to make a histogram of.');
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const residuals of [normal, abnormal])
    for (let i = 0; i < residuals.length; i++) {
      low = Math.min(low, residuals[i]!);
      high = Math.max(high, residuals[i]!);
    }
  // Without a range numpy takes half to either side; residuals have nothing below 0.
  if (low === high) [low, high] = [Math.max(0, low - 0.5), high + 0.5];
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) =>
    i === bins ? high : low + (i * (high - low)) / bins,
  );
  return { edges, normal: counts(normal, edges), abnormal: counts(abnormal, edges) };
}

function counts(residuals: Float64Array, edges: Float64Array): Int32Array {
  const bins = edges.length - 1;
  const low = edges[0]!;
  const scale = bins / (edges[bins]! - low);
  const out = new Int32Array(bins);
  for (let i = 0; i < residuals.length; i++) {
    const residual = residuals[i]!;
    let bin = Math.min(bins - 1, Math.floor((residual - low) * scale));
    // The product is rounded: the edges decide.
    if (residual < edges[bin]!) bin--;
    else if (bin < bins - 1 && residual >= edges[bin + 1]!) bin++;
    out[bin]! += 1;
  }
  return out;
}
