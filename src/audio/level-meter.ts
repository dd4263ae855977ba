/** From samples to ticks: weights, squares, smooths, finds peaks; and third-octave bands where they are wanted. */
import { FULL_SCALE } from './level.js';
import { ThirdOctaveBank } from './octave-bands.js';
import { TICK, TICK_US, type TickRecord } from './tick.js';
import type { TimeWeightingKind } from './time-weighting.js';
import { TimeWeighting } from './time-weighting.js';
import { AcWeighting } from './weighting.js';
import type { Weighting } from './weighting-design.js';
import { MAX_SAMPLE_RATE_HZ } from './weighting-design.js';

export interface MeterOptions {
  /** What the trigger watches. */
  readonly triggerWeighting: Weighting;
  readonly triggerTimeWeighting: TimeWeightingKind;
  readonly thirdOctaves: boolean;
}

/** One tick of weighted sound. Shared by all meters, which work one after the other: it stays in the cache. */
const TICK_CAPACITY = Math.ceil((MAX_SAMPLE_RATE_HZ * TICK_US) / 1e6) + 1;
const weightedA = new Float64Array(TICK_CAPACITY);
const weightedC = new Float64Array(TICK_CAPACITY);
const squares = new Float64Array(TICK_CAPACITY);

/** Indices of the sums of the tick in progress. */
const SUM_A = 0;
const SUM_Z = 1;
const PEAK_C = 2;
const PEAK = 3;
const CLIPPED = 4;
const COUNT = 5;

export class LevelMeter {
  /** Third-octave energies since they were last taken; `null` when not wanted. */
  readonly bands: ThirdOctaveBank | null;
  private readonly weighting: AcWeighting;
  private readonly fast: TimeWeighting;
  /** `null`: the trigger watches the A-weighted Fast level, which is there anyway. */
  private readonly trigger: TimeWeighting | null;
  private readonly triggerWeighting: Weighting;
  private readonly sums = new Float64Array(6);

  /** @throws PlantsenseError PARAMETER_INVALID when the rate is outside 8-192 kHz */
  constructor(sampleRateHz: number, options: MeterOptions) {
    this.weighting = new AcWeighting(sampleRateHz);
    this.fast = new TimeWeighting('fast', sampleRateHz);
    this.triggerWeighting = options.triggerWeighting;
    this.trigger =
      options.triggerWeighting === 'A' && options.triggerTimeWeighting === 'fast'
        ? null
        : new TimeWeighting(options.triggerTimeWeighting, sampleRateHz);
    this.bands = options.thirdOctaves ? new ThirdOctaveBank(sampleRateHz) : null;
  }

  /** Forgets the past; the filters settle on the first value. */
  start(firstValue: number): void {
    this.weighting.start(firstValue);
    this.fast.start();
    this.trigger?.start();
    this.bands?.start(firstValue);
    this.sums.fill(0);
  }

  /** Adds `samples[from, to)`, which lie inside one tick. */
  add(samples: Float32Array, from: number, to: number): void {
    const count = to - from;
    this.weighting.process(samples, from, to, weightedA, weightedC);
    const sums = this.sums;
    let sumA = sums[SUM_A]!;
    let sumZ = sums[SUM_Z]!;
    let peakC = sums[PEAK_C]!;
    let peak = sums[PEAK]!;
    let clipped = 0;
    for (let i = 0; i < count; i++) {
      const x = samples[from + i]!;
      const a = weightedA[i]!;
      const magnitude = x < 0 ? -x : x;
      const c = weightedC[i]!;
      const magnitudeC = c < 0 ? -c : c;
      const square = a * a;
      squares[i] = square;
      sumA += square;
      sumZ += x * x;
      if (magnitude > peak) peak = magnitude;
      if (magnitude >= FULL_SCALE) clipped++;
      if (magnitudeC > peakC) peakC = magnitudeC;
    }
    sums[SUM_A] = sumA;
    sums[SUM_Z] = sumZ;
    sums[PEAK_C] = peakC;
    sums[PEAK] = peak;
    sums[CLIPPED] = sums[CLIPPED]! + clipped;
    sums[COUNT] = sums[COUNT]! + count;
    this.fast.process(squares, count);
    if (this.trigger !== null) this.addTrigger(this.trigger, samples, from, count);
    this.bands?.add(samples, from, to);
  }

  /** Ends the tick: writes its figures (all but place and time) and starts the next. */
  endTick(tick: TickRecord): void {
    const sums = this.sums;
    tick[TICK.sampleCount] = sums[COUNT]!;
    tick[TICK.sumA] = sums[SUM_A]!;
    tick[TICK.sumZ] = sums[SUM_Z]!;
    tick[TICK.fastMax] = this.fast.takeMax();
    tick[TICK.fastEnd] = this.fast.power;
    tick[TICK.peakC] = sums[PEAK_C]!;
    tick[TICK.peak] = sums[PEAK]!;
    tick[TICK.clipped] = sums[CLIPPED]!;
    tick[TICK.trigger] = this.trigger === null ? tick[TICK.fastMax]! : this.trigger.takeMax();
    sums.fill(0);
    this.weighting.flush();
    this.fast.flush();
    this.trigger?.flush();
    this.bands?.flush();
  }

  private addTrigger(trigger: TimeWeighting, samples: Float32Array, from: number, count: number): void {
    if (this.triggerWeighting === 'C') {
      for (let i = 0; i < count; i++) squares[i] = weightedC[i]! * weightedC[i]!;
    } else if (this.triggerWeighting === 'Z') {
      for (let i = 0; i < count; i++) squares[i] = samples[from + i]! * samples[from + i]!;
    }
    trigger.process(squares, count);
  }
}
