/**
 * log(exp(a) + exp(b) + ...) of `count` values from `start`, without overflow: the largest is taken out first.
 * Minus infinity when all are.
 */
export function logSumExp(values: Float64Array, start: number, count: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + count; i++) if (values[i]! > largest) largest = values[i]!;
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += Math.exp(values[i]! - largest);
  return largest + Math.log(sum);
}
