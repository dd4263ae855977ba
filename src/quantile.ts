/**
 * Quantile with linear interpolation between the two nearest values, as numpy's default.
 *
 * @param values at least one, in any order; not changed
 * @param q 0 to 1
 */
export function quantile(values: Float64Array, q: number): number {
  const sorted = Float64Array.from(values).sort();
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}
