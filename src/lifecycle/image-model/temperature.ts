/** Bounds of 1 / temperature: colder than the density itself it never is. */
const LEAST = 1e-6;
const STEPS = 60;

/**
 * The number that log-probabilities are divided by so that probabilities hold (temperature scaling; Guo et al., "On calibration
 * of modern neural networks", 2017): of answers with probability 0.8 four fifths are right. A density of 50 components takes
 * each of them for a witness of its own, and is sure of nearly everything; it is not colder than itself, 1 at least.
 *
 * It minimises the mean negative log-likelihood, which is convex in 1 / temperature: where its slope is zero.
 *
 * @param logShares log-probabilities of groups, `[rows, groups]`
 * @param truth right group of each row
 */
export function fitTemperature(logShares: Float64Array, groups: number, truth: Int32Array): number {
  if (slope(logShares, groups, truth, 1) <= 0) return 1;
  let [low, high] = [Math.log(LEAST), 0];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (slope(logShares, groups, truth, Math.exp(middle)) > 0) high = middle;
    else low = middle;
  }
  return Math.exp(-high);
}

/** Derivative of the mean negative log-likelihood by 1 / temperature: the mean log-share expected less that of the truth. */
function slope(logShares: Float64Array, groups: number, truth: Int32Array, inverse: number): number {
  let total = 0;
  for (let row = 0; row < truth.length; row++) {
    const start = row * groups;
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = start; i < start + groups; i++) if (logShares[i]! > largest) largest = logShares[i]!;
    let weight = 0;
    let expected = 0;
    for (let i = start; i < start + groups; i++) {
      const share = Math.exp((logShares[i]! - largest) * inverse);
      weight += share;
      // A share of 0 times a far logarithm is 0.
      if (share > 0) expected += share * (logShares[i]! - largest);
    }
    total += expected / weight - (logShares[start + truth[row]!]! - largest);
  }
  return total / truth.length;
}
