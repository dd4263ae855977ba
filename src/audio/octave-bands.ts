/**
 * Third-octave bands of IEC 61260-1 (base 10), multirate: a band is filtered at the lowest of the rates fs, fs/2, fs/4 …
 * that still holds it. Fourth-order Butterworth, class 1.
 */
import { BandPassEnergy, designBandPass } from './band-pass.js';
import { HalfBandDecimator } from './half-band.js';
import { TICK_US } from './tick.js';
import { checkSampleRate, MAX_SAMPLE_RATE_HZ } from './weighting-design.js';

export interface OctaveBand {
  /** x in the standard: the exact mid-band frequency is 1000 · 10^(x/10) Hz. */
  readonly index: number;
  /** The rounded name, such as 31.5. */
  readonly nominalHz: number;
  readonly midHz: number;
  readonly lowHz: number;
  readonly highHz: number;
}

/** 25 Hz. */
const LOWEST_INDEX = -16;
/** The highest band has its mid-band frequency at or below this fraction of the rate. */
const HIGHEST_MID = 0.4;
/** A decimated stage holds bands up to this fraction of its rate: what the decimator passes. */
const STAGE_EDGE = 0.4;
const NOMINAL = [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8] as const;

/** The bands that a rate allows, ascending: 25 Hz up to 0.4 of the rate. */
export function thirdOctaveBands(sampleRateHz: number): OctaveBand[] {
  const bands: OctaveBand[] = [];
  for (let index = LOWEST_INDEX; ; index++) {
    const midHz = 1000 * 10 ** (index / 10);
    if (midHz > HIGHEST_MID * sampleRateHz) return bands;
    const decade = Math.floor(index / 10);
    bands.push({
      index,
      nominalHz: Number((NOMINAL[index - 10 * decade]! * 10 ** (decade + 3)).toPrecision(3)),
      midHz,
      lowHz: midHz * 10 ** -0.05,
      highHz: midHz * 10 ** 0.05,
    });
  }
}

/** How often the rate is halved for a band. */
export function stageOf(band: OctaveBand, sampleRateHz: number): number {
  let stage = 0;
  while (band.highHz <= (STAGE_EDGE * sampleRateHz) / 2 ** (stage + 1)) stage++;
  return stage;
}

interface Stage {
  readonly input: Float64Array;
  /** Makes this stage's input; `null` in the first. */
  readonly decimator: HalfBandDecimator | null;
  readonly bands: { readonly at: number; readonly filter: BandPassEnergy }[];
  samples: number;
}

export class ThirdOctaveBank {
  readonly bands: readonly OctaveBand[];
  private readonly stages: Stage[] = [];
  private offset = 0;

  /** @throws PlantsenseError PARAMETER_INVALID when the rate is outside 8-192 kHz */
  constructor(sampleRateHz: number) {
    checkSampleRate(sampleRateHz);
    this.bands = thirdOctaveBands(sampleRateHz);
    this.bands.forEach((band, at) => {
      const stage = stageOf(band, sampleRateHz);
      const filter = new BandPassEnergy(designBandPass(band.lowHz, band.highHz, sampleRateHz / 2 ** stage));
      this.stage(stage).bands.push({ at, filter });
    });
  }

  /** Forgets the past. `firstValue` is taken off all samples: a constant offset then makes no click. */
  start(firstValue: number): void {
    this.offset = firstValue;
    for (const stage of this.stages) {
      stage.decimator?.start();
      stage.samples = 0;
      for (const { filter } of stage.bands) filter.start();
    }
  }

  /** Adds `samples[from, to)`, at most a tick of them. */
  add(samples: Float32Array, from: number, to: number): void {
    let count = to - from;
    const first = this.stages[0]!.input;
    for (let i = 0; i < count; i++) first[i] = samples[from + i]! - this.offset;
    let input = first;
    for (const stage of this.stages) {
      if (stage.decimator !== null) count = stage.decimator.process(input, count, stage.input);
      if (count === 0) return;
      input = stage.input;
      stage.samples += count;
      for (const { filter } of stage.bands) filter.process(input, count);
    }
  }

  /** Each band's mean square since the last call, NaN where no sample of its rate has come. */
  takeMeanSquares(): Float64Array {
    const means = new Float64Array(this.bands.length);
    for (const stage of this.stages) {
      for (const { at, filter } of stage.bands) means[at] = filter.takeEnergy() / stage.samples;
      stage.samples = 0;
    }
    return means;
  }

  flush(): void {
    for (const stage of this.stages) {
      stage.decimator?.flush();
      for (const { filter } of stage.bands) filter.flush();
    }
  }

  private stage(number: number): Stage {
    while (this.stages.length <= number) {
      const halvings = this.stages.length;
      const capacity = Math.ceil((MAX_SAMPLE_RATE_HZ * TICK_US) / 1e6 / 2 ** halvings) + 2;
      this.stages.push({
        input: new Float64Array(capacity),
        decimator: halvings === 0 ? null : new HalfBandDecimator(),
        bands: [],
        samples: 0,
      });
    }
    return this.stages[number]!;
  }
}
