/** From samples to ticks: weights, squares, smooths, finds peaks; and third-octave bands where they are wanted. */
import { ThirdOctaveBank } from './octave-bands.js';
import { TICK, TICK_US, type TickRecord } from './tick.js';
import type { TimeWeightingKind } from './time-weighting.js';
import { TimeWeighting } from './time-weighting.js';
import { engine } from './wasm/engine.js';
import type { LevelFilter } from './weighting.js';
import { flushTiny, levelFilter } from './weighting.js';
import type { Weighting } from './weighting-design.js';
import { MAX_SAMPLE_RATE_HZ } from './weighting-design.js';

export interface MeterOptions {
  /** What the trigger watches. */
  readonly triggerWeighting: Weighting;
  readonly triggerTimeWeighting: TimeWeightingKind;
  readonly thirdOctaves: boolean;
}

/** The numerator of highCut looks back two samples. They lie before the tick, at a multiple of 4 from its start. */
const LEAD = 4;
const STATES = 8;
const FAST = STATES - 1;

/**
 * A tick is computed when it is complete, by one call of the kernel. So it does not matter in how many pieces it came,
 * and a meter that waits for more holds a few hundred samples and eight numbers.
 */
export class LevelMeter {
  /** Third-octave energies since they were last taken; `null` when not wanted. */
  readonly bands: ThirdOctaveBank | null;
  private readonly filter: LevelFilter;
  /** `LEAD` samples of the past, then the tick in progress. */
  private readonly samples: Float32Array;
  private count = 0;
  private readonly state = new Float64Array(STATES);
  /** `null`: the trigger watches the A-weighted Fast level, which is there anyway. */
  private readonly trigger: TimeWeighting | null;
  private readonly triggerWeighting: Weighting;

  /** @throws PlantsenseError PARAMETER_INVALID when the rate is outside 8-192 kHz */
  constructor(sampleRateHz: number, options: MeterOptions) {
    this.filter = levelFilter(sampleRateHz);
    this.samples = new Float32Array(LEAD + tickCapacity(sampleRateHz));
    this.triggerWeighting = options.triggerWeighting;
    this.trigger =
      options.triggerWeighting === 'A' && options.triggerTimeWeighting === 'fast'
        ? null
        : new TimeWeighting(options.triggerTimeWeighting, sampleRateHz);
    this.bands = options.thirdOctaves ? new ThirdOctaveBank(sampleRateHz) : null;
  }

  /**
   * Forgets the past: the filters start as if the signal had stood at `firstValue` for ever. A constant offset of the
   * recorder then makes no click.
   */
  start(firstValue: number): void {
    this.samples.fill(firstValue, 0, LEAD);
    this.count = 0;
    this.state.fill(0);
    this.state[0] = this.filter.settle(firstValue);
    this.trigger?.start();
    this.bands?.start(firstValue);
  }

  /** Adds `samples[from, to)`, which lie inside one tick. */
  add(samples: Float32Array, from: number, to: number): void {
    this.samples.set(samples.subarray(from, to), LEAD + this.count);
    this.count += to - from;
    this.bands?.add(samples, from, to);
  }

  /** Ends the tick, of one sample or more: writes its figures (all but place and time) and starts the next. */
  endTick(tick: TickRecord): void {
    const { samples, count, state, filter } = this;
    const work = workArea();
    samples.fill(0, LEAD + count, LEAD + count + 3);
    work.samples.set(samples);
    for (let i = 0; i < STATES; i++) work.state[i] = state[i]!;
    work.run(filter.address, count);
    for (let i = 0; i < STATES; i++) state[i] = work.state[i]!;
    const { figures } = work;
    tick[TICK.sampleCount] = count;
    tick[TICK.sumA] = filter.powerGain.A * figures[0]!;
    tick[TICK.sumZ] = figures[1]!;
    tick[TICK.fastMax] = filter.fastGain * figures[2]!;
    tick[TICK.fastEnd] = filter.fastGain * state[FAST]!;
    tick[TICK.peakC] = Math.sqrt(filter.powerGain.C * figures[3]!);
    tick[TICK.peak] = figures[4]!;
    tick[TICK.clipped] = figures[5]!;
    tick[TICK.trigger] = this.trigger === null ? tick[TICK.fastMax]! : this.watch(this.trigger, work, count);
    samples.copyWithin(0, count, count + LEAD);
    this.count = 0;
    flushTiny(state);
    this.bands?.flush();
  }

  private watch(trigger: TimeWeighting, work: WorkArea, count: number): number {
    trigger.process(work.squares[this.triggerWeighting], count);
    const max = this.filter.powerGain[this.triggerWeighting] * trigger.takeMax();
    trigger.flush();
    return max;
  }
}

/** Room for the longest tick of a rate, and for zeros behind it up to a multiple of 4. */
function tickCapacity(sampleRateHz: number): number {
  return 4 * Math.ceil((sampleRateHz * TICK_US) / 4e6) + 8;
}

/** Views of the engine's memory, shared by all meters, which work one after the other. */
interface WorkArea {
  readonly samples: Float32Array;
  readonly state: Float64Array;
  readonly figures: Float64Array;
  readonly squares: { readonly [weighting in Weighting]: Float64Array };
  run(filter: number, count: number): void;
}

let area: WorkArea | null = null;

/** Views of a memory that was replaced since are empty. */
function workArea(): WorkArea {
  if (area === null || area.state.length === 0) area = makeWorkArea();
  return area;
}

function makeWorkArea(): WorkArea {
  const capacity = LEAD + tickCapacity(MAX_SAMPLE_RATE_HZ);
  const state = engine.scratch('levels', 8 * (8 + 8 + 4 * capacity));
  const figures = state + 64;
  const a = figures + 64;
  const c = a + 8 * capacity;
  const z = c + 8 * capacity;
  const samples = z + 8 * capacity;
  const doubles = (address: number) => engine.doubles(address, capacity);
  return {
    samples: engine.floats(samples, capacity),
    state: engine.doubles(state, STATES),
    figures: engine.doubles(figures, 6),
    squares: { A: doubles(a), C: doubles(c), Z: doubles(z) },
    run: (filter, count) => engine.kernels.levels(samples + 4 * LEAD, count, filter, state, figures, a, c, z),
  };
}
