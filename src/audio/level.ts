/**
 * Sound levels from mean squares.
 *
 * Reference: the RMS of a full-scale sine (mean square ½) is 0 dBFS, and `calibrationDbSpl` dB SPL where the sensor is
 * calibrated. A level is `null` where there is no sound to speak of (digital silence): never minus infinity.
 */
import { TICK, type TickRecord } from './tick.js';

/** Mean squares below this (−197 dBFS) count as silence: rounding noise of the filters, or their fading tails. */
const SILENCE_POWER = 1e-20;

/** A full-scale sample of 16-bit PCM; other encodings reach 1. */
export const FULL_SCALE = 32767 / 32768;

/** Levels of a stretch of sound, in dB SPL, or dBFS when uncalibrated. `null`: silence. */
export interface SoundLevels {
  /** Energy mean, A-weighted: the average sound pressure level. */
  readonly laeqDb: number | null;
  /** Energy mean, unweighted. */
  readonly lzeqDb: number | null;
  /** Highest Fast level, A-weighted. */
  readonly lafMaxDb: number | null;
  /** Highest instantaneous value, C-weighted. */
  readonly lcPeakDb: number | null;
  /** Levels (A-weighted, Fast) that are exceeded 10, 50 and 90 % of the time. */
  readonly l10Db: number | null;
  readonly l50Db: number | null;
  readonly l90Db: number | null;
}

export const SILENT_LEVELS: SoundLevels = {
  laeqDb: null,
  lzeqDb: null,
  lafMaxDb: null,
  lcPeakDb: null,
  l10Db: null,
  l50Db: null,
  l90Db: null,
};

/** Level of a mean square (full scale = 1). */
export function powerToDb(meanSquare: number, calibrationDbSpl: number | null): number | null {
  if (!(meanSquare > SILENCE_POWER)) return null;
  return 10 * Math.log10(2 * meanSquare) + (calibrationDbSpl ?? 0);
}

/** Mean square of a level: the inverse of `powerToDb`. */
export function dbToPower(levelDb: number, calibrationDbSpl: number | null): number {
  return 10 ** ((levelDb - (calibrationDbSpl ?? 0)) / 10) / 2;
}

/**
 * Level exceeded `percent` of the time: linear interpolation, in dB, between the ordered values.
 * @param sorted mean squares in ascending order
 */
export function exceededLevelDb(
  sorted: Float64Array,
  percent: number,
  calibrationDbSpl: number | null,
): number | null {
  if (sorted.length === 0) return null;
  const position = (1 - percent / 100) * (sorted.length - 1);
  const below = Math.floor(position);
  const low = powerToDb(sorted[below]!, calibrationDbSpl);
  const share = position - below;
  if (share === 0 || low === null) return low;
  const high = powerToDb(sorted[below + 1]!, calibrationDbSpl)!;
  return low + share * (high - low);
}

/** Collects ticks (`tick.ts`) and gives their levels. */
export class LevelSum {
  sampleCount = 0;
  clippedSamples = 0;
  peakAmplitude = 0;
  private readonly sums = new Float64Array(4);
  private fast = new Float64Array(128);
  private ticks = 0;

  reset(): void {
    this.sampleCount = 0;
    this.clippedSamples = 0;
    this.peakAmplitude = 0;
    this.sums.fill(0);
    this.ticks = 0;
  }

  add(tick: TickRecord): void {
    const sums = this.sums;
    this.sampleCount += tick[TICK.sampleCount]!;
    sums[0] = sums[0]! + tick[TICK.sumA]!;
    sums[1] = sums[1]! + tick[TICK.sumZ]!;
    sums[2] = Math.max(sums[2]!, tick[TICK.fastMax]!);
    if (this.ticks === this.fast.length) {
      const longer = new Float64Array(2 * this.ticks);
      longer.set(this.fast);
      this.fast = longer;
    }
    this.fast[this.ticks++] = tick[TICK.fastEnd]!;
    this.addPeaks(tick);
  }

  /** Takes only peak and clipping of a tick: sound of the clip around the event proper. */
  addPeaks(tick: TickRecord): void {
    this.clippedSamples += tick[TICK.clipped]!;
    this.peakAmplitude = Math.max(this.peakAmplitude, tick[TICK.peak]!);
    this.sums[3] = Math.max(this.sums[3]!, tick[TICK.peakC]!);
  }

  /** All samples are exactly zero. */
  get silent(): boolean {
    return this.peakAmplitude === 0;
  }

  levels(calibrationDbSpl: number | null): SoundLevels {
    if (this.silent || this.sampleCount === 0) return SILENT_LEVELS;
    const [sumA, sumZ, fastMax, peakC] = this.sums as unknown as readonly [number, number, number, number];
    const sorted = this.fast.slice(0, this.ticks).sort();
    return {
      laeqDb: powerToDb(sumA / this.sampleCount, calibrationDbSpl),
      lzeqDb: powerToDb(sumZ / this.sampleCount, calibrationDbSpl),
      lafMaxDb: powerToDb(fastMax, calibrationDbSpl),
      lcPeakDb: powerToDb(peakC * peakC, calibrationDbSpl),
      l10Db: exceededLevelDb(sorted, 10, calibrationDbSpl),
      l50Db: exceededLevelDb(sorted, 50, calibrationDbSpl),
      l90Db: exceededLevelDb(sorted, 90, calibrationDbSpl),
    };
  }
}
