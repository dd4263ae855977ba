/**
 * The Jaccard similarity that two random sets of given sizes have on average: exactly, by the hypergeometric
 * distribution of how many rows they share.
 *
 * @param a rows of one set, 1 .. rows
 * @param b rows of the other, 1 .. rows
 * @param rows of all
 */
export function expectedJaccard(a: number, b: number, rows: number): number {
  const least = Math.max(0, a + b - rows);
  const most = Math.min(a, b);
  const likeliest = Math.min(most, Math.max(least, Math.floor(((a + 1) * (b + 1)) / (rows + 2))));
  // Weights relative to that of the likeliest number: no factorials, and what underflows doesn't matter.
  let total = 1;
  let sum = likeliest / (a + b - likeliest);
  const add = (shared: number, weight: number) => {
    total += weight;
    sum += (weight * shared) / (a + b - shared);
  };
  for (let shared = likeliest, weight = 1; shared < most && weight > 0; ) {
    weight *= ((a - shared) * (b - shared)) / ((shared + 1) * (rows - a - b + shared + 1));
    add(++shared, weight);
  }
  for (let shared = likeliest, weight = 1; shared > least && weight > 0; ) {
    weight *= (shared * (rows - a - b + shared)) / ((a - shared + 1) * (b - shared + 1));
    add(--shared, weight);
  }
  return sum / total;
}
