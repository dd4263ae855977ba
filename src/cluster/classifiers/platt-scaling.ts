/** How a decision value becomes a probability: 1 / (1 + exp(slope · value + offset)). */
export interface PlattSigmoid {
  readonly slope: number;
  readonly offset: number;
}

const MAX_STEPS = 100;
const LEAST_STEP = 1e-10;
const RIDGE = 1e-12;
const ENOUGH = 1e-8;

/**
 * Platt scaling: the sigmoid under which the values' classes are likeliest, by Newton's method with backtracking (Lin, Lin &
 * Weng, "A note on Platt's probabilistic outputs for support vector machines", 2007). The targets are Platt's,
 * (n + 1) / (n + 2) rather than 1: so few rows give little confidence, however far apart they lie.
 *
 * @param values decision values of rows that the decision was not learnt from
 * @param positive whether each row is of the class
 */
export function fitPlattSigmoid(values: Float64Array, positive: ArrayLike<boolean>): PlattSigmoid {
  let positives = 0;
  for (let i = 0; i < values.length; i++) if (positive[i]) positives++;
  const negatives = values.length - positives;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  const target = (i: number) => (positive[i] ? high : low);
  const lossOf = (slope: number, offset: number) => {
    let loss = 0;
    for (let i = 0; i < values.length; i++) {
      const f = slope * values[i]! + offset;
      loss +=
        f >= 0 ? target(i) * f + Math.log1p(Math.exp(-f)) : (target(i) - 1) * f + Math.log1p(Math.exp(f));
    }
    return loss;
  };
  let slope = 0;
  let offset = Math.log((negatives + 1) / (positives + 1));
  let loss = lossOf(slope, offset);
  for (let step = 0; step < MAX_STEPS; step++) {
    let [h11, h22, h21, g1, g2] = [RIDGE, RIDGE, 0, 0, 0];
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const p = sigmoid(slope * value + offset);
      const curve = p * (1 - p);
      const error = target(i) - p;
      h11 += value * value * curve;
      h22 += curve;
      h21 += value * curve;
      g1 += value * error;
      g2 += error;
    }
    if (Math.abs(g1) < ENOUGH && Math.abs(g2) < ENOUGH) break;
    const determinant = h11 * h22 - h21 * h21;
    const dSlope = -(h22 * g1 - h21 * g2) / determinant;
    const dOffset = -(h11 * g2 - h21 * g1) / determinant;
    const descent = g1 * dSlope + g2 * dOffset;
    let size = 1;
    for (; size >= LEAST_STEP; size /= 2) {
      const next = lossOf(slope + size * dSlope, offset + size * dOffset);
      if (next < loss + 1e-4 * size * descent) {
        slope += size * dSlope;
        offset += size * dOffset;
        loss = next;
        break;
      }
    }
    if (size < LEAST_STEP) break;
  }
  return { slope, offset };
}

/** Probability of the class at a decision value. */
export function plattProbability({ slope, offset }: PlattSigmoid, value: number): number {
  return sigmoid(slope * value + offset);
}

/** 1 / (1 + exp(f)), without overflow. */
function sigmoid(f: number): number {
  return f >= 0 ? Math.exp(-f) / (1 + Math.exp(-f)) : 1 / (1 + Math.exp(f));
}
