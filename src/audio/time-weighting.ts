/** Exponential time weighting of IEC 61672-1: Fast and Slow. */

export type TimeWeightingKind = 'fast' | 'slow';

export const TIME_CONSTANT_SECS: Readonly<Record<TimeWeightingKind, number>> = { fast: 0.125, slow: 1 };

/** Share of a new sample in the mean: 1 − exp(−1 / (rate · τ)). */
export function timeWeightingShare(kind: TimeWeightingKind, sampleRateHz: number): number {
  return -Math.expm1(-1 / (sampleRateHz * TIME_CONSTANT_SECS[kind]));
}

/** Running mean of squares with an exponential window. */
export class TimeWeighting {
  private readonly share: number;
  /** Current mean square, and the largest since `takeMax`. */
  private readonly state = new Float64Array(2);

  constructor(kind: TimeWeightingKind, sampleRateHz: number) {
    this.share = timeWeightingShare(kind, sampleRateHz);
  }

  start(): void {
    this.state.fill(0);
  }

  /** Adds the squares `power[0, count)`. */
  process(power: Float64Array, count: number): void {
    const share = this.share;
    let level = this.state[0]!;
    let max = this.state[1]!;
    for (let i = 0; i < count; i++) {
      level += share * (power[i]! - level);
      if (level > max) max = level;
    }
    this.state[0] = level;
    this.state[1] = max;
  }

  /** The mean square now. */
  get power(): number {
    return this.state[0]!;
  }

  /** The largest mean square since the last call; the next stretch starts at zero. */
  takeMax(): number {
    const max = this.state[1]!;
    this.state[1] = 0;
    return max;
  }

  flush(): void {
    if (this.state[0]! < 1e-30) this.state[0] = 0;
  }
}
