import { type WorseBand, worstBands } from './worst-bands.js';

/** What an alarm rests on. Its segments are those from the first one above α to the last one not below α × releaseRatio. */
export interface AlarmEvidence {
  /** Start of the first segment whose mean of n is above α, µs. That mean also holds the n - 1 segments before. */
  readonly firstUs: number;
  /** End of the last segment, µs. */
  readonly lastUs: number;
  readonly segments: number;
  /** The largest residual of a single segment, and the start of that, µs: what to listen to. */
  readonly peakResidual: number;
  readonly peakUs: number;
  /** The largest mean of n, and their mean: to hold against α. */
  readonly peakScore: number;
  readonly meanScore: number;
}

/** Evidence that can be added to and written down: numbers only, exact in JSON. */
export interface EvidenceTotals {
  readonly firstUs: number;
  lastUs: number;
  segments: number;
  peakResidual: number;
  peakUs: number;
  peakScore: number;
  scoreSum: number;
}

/** Gathers the evidence of one alarm. */
export class EvidenceCollector {
  readonly totals: EvidenceTotals;
  readonly #bandSums: Float64Array;
  #bandSegments = 0;

  /**
   * @param start its first segment's start, µs; or the totals to go on from
   * @param bands number of frequency bands, 0 without
   */
  constructor(start: number | EvidenceTotals, bands: number) {
    this.totals =
      typeof start === 'number'
        ? {
            firstUs: start,
            lastUs: start,
            segments: 0,
            peakResidual: Number.NEGATIVE_INFINITY,
            peakUs: start,
            peakScore: Number.NEGATIVE_INFINITY,
            scoreSum: 0,
          }
        : { ...start };
    this.#bandSums = new Float64Array(bands);
  }

  add(
    startUs: number,
    endUs: number,
    residual: number,
    score: number,
    bandResiduals: Float64Array | null,
  ): void {
    const { totals } = this;
    const bandSums = this.#bandSums;
    totals.lastUs = endUs;
    totals.segments++;
    totals.scoreSum += score;
    totals.peakScore = Math.max(totals.peakScore, score);
    if (residual > totals.peakResidual) {
      totals.peakResidual = residual;
      totals.peakUs = startUs;
    }
    if (bandResiduals === null) return;
    this.#bandSegments++;
    for (let band = 0; band < bandSums.length; band++) bandSums[band]! += bandResiduals[band]!;
  }

  evidence(): AlarmEvidence {
    const { scoreSum, ...totals } = this.totals;
    return { ...totals, meanScore: scoreSum / totals.segments };
  }

  /** The worst bands of the segments that were added. */
  worstBands(normalBands: Float64Array | null, most: number): WorseBand[] {
    if (normalBands === null || this.#bandSegments === 0) return [];
    return worstBands(
      this.#bandSums.map(sum => sum / this.#bandSegments),
      normalBands,
      most,
    );
  }
}
