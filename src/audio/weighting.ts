/** A and C weighting with Fast averaging of a running signal, as the kernel `levels` takes them. */
import { timeWeightingShare } from './time-weighting.js';
import { engine } from './wasm/engine.js';
import type { Weighting } from './weighting-design.js';
import { designWeighting } from './weighting-design.js';

/** The filters of a sample rate in the engine's memory. */
export interface LevelFilter {
  readonly address: number;
  /** The kernel leaves out all constant factors: what its squares, and means of them, are to be multiplied by. */
  readonly powerGain: { readonly [weighting in Weighting]: number };
  /** The same for its Fast mean squares. */
  readonly fastGain: number;
  /** What the kernel's first stage gives of a constant signal, to the last bit. */
  settle(value: number): number;
}

const filters = new Map<number, LevelFilter>();

/**
 * The filters for a rate; made once and kept.
 * @throws PlantsenseError PARAMETER_INVALID when the rate is outside 8-192 kHz
 */
export function levelFilter(sampleRateHz: number): LevelFilter {
  let filter = filters.get(sampleRateHz);
  if (filter === undefined) {
    filter = makeFilter(sampleRateHz);
    filters.set(sampleRateHz, filter);
  }
  return filter;
}

function makeFilter(sampleRateHz: number): LevelFilter {
  const { poles, highCut, midCut } = designWeighting(sampleRateHz);
  const fastShare = timeWeightingShare('fast', sampleRateHz);
  const b1 = highCut.b1 / highCut.b0;
  const b2 = highCut.b2 / highCut.b0;
  const values = [poles.low, poles.high, ...poles.mid, 1 - fastShare, b1, b2];
  const address = engine.allocate(8 * values.length);
  engine.doubles(address, values.length).set(values);
  const powerGain = { A: (highCut.b0 * midCut.b0) ** 2, C: highCut.b0 ** 2, Z: 1 };
  return {
    address,
    powerGain,
    fastGain: fastShare * powerGain.A,
    settle: value => value + b1 * value + b2 * value,
  };
}

/** States smaller than this are set to zero: denormal numbers are a hundred times slower. */
const TINY = 1e-30;

/** Ends a filter's slow tail into digital silence. Call at places that do not depend on how the signal was cut. */
export function flushTiny(state: Float64Array): void {
  for (let i = 0; i < state.length; i++) if (Math.abs(state[i]!) < TINY) state[i] = 0;
}
