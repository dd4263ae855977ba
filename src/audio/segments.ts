import { PlantsenseError } from '../errors.js';
import { Clip } from './clip.js';
import { Stft } from './stft.js';

export interface SegmentOptions {
  /** The window, in samples. */
  readonly nFft: number;
  /** Samples that two neighbouring windows share; the hop is `nFft - overlap`. */
  readonly overlap: number;
  /** Columns of a segment. */
  readonly width: number;
  /** Columns from one segment's start to the next one's. */
  readonly step: number;
  /** `segment` gives each segment mean 0 and variance 1. */
  readonly normalize: 'segment' | 'none';
}

/** The machine residual's, for 16,300 Hz. */
export const SEGMENT_DEFAULTS: SegmentOptions = {
  nFft: 2048,
  overlap: 1536,
  width: 32,
  step: 22,
  normalize: 'segment',
};

export const SEGMENT_SAMPLE_RATE_HZ = 16_300;

/**
 * Cuts a machine's sound into spectrogram segments: |STFT| with a periodic Hann window, not centred, without the bin at
 * 0 Hz, every `step` columns.
 *
 * @example
 * const segmenter = new Segmenter();
 * segmenter.compute(samples); // [n, 1024, 32], row by row
 */
export class Segmenter {
  readonly options: SegmentOptions;
  /** Rows of a segment: `nFft / 2`. */
  readonly bins: number;
  /** Samples that a segment spans: the paper's equation 3, (width - 1) · (window - overlap) + window. */
  readonly samplesPerSegment: number;
  readonly #hop: number;
  readonly #stft: Stft;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(options: Partial<SegmentOptions> = {}) {
    const all = { ...SEGMENT_DEFAULTS, ...options };
    const { nFft, overlap, width, step } = all;
    if (!Number.isInteger(overlap) || overlap < 0 || overlap >= nFft)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `The overlap must be 0 to ${nFft - 1} samples, not ${overlap}.`,
      );
    for (const [name, value] of [
      ['width', width],
      ['step', step],
    ] as const)
      if (!Number.isInteger(value) || value < 1)
        throw new PlantsenseError('PARAMETER_INVALID', `The ${name} must be 1 column or more, not ${value}.`);
    this.options = all;
    this.#hop = nFft - overlap;
    this.#stft = new Stft({ nFft, hop: this.#hop, centred: false });
    this.bins = nFft / 2;
    this.samplesPerSegment = (width - 1) * this.#hop + nFft;
  }

  /** Segments in a sound of `samples` samples. */
  count(samples: number): number {
    const spare = this.#stft.frameCount(samples) - this.options.width;
    return spare < 0 ? 0 : 1 + Math.floor(spare / this.options.step);
  }

  /**
   * @param samples mono, at the rate that the model was trained for
   * @returns shape [count, bins, width], row by row
   * @throws PlantsenseError AUDIO_EMPTY, AUDIO_TOO_SHORT when there isn't enough for one
   */
  compute(samples: Float32Array): Float32Array {
    const clip = new Clip(samples);
    const { width, step, normalize } = this.options;
    const count = this.count(samples.length);
    if (count === 0)
      throw new PlantsenseError(
        'AUDIO_TOO_SHORT',
        `One segment takes ${this.samplesPerSegment} samples; the sound has ${samples.length}.`,
      );
    const size = this.bins * width;
    const out = new Float32Array(count * size);
    const frames = (count - 1) * step + width;
    this.#stft.forEachFrame(clip, frames, (frame, power) => {
      // Segments may share columns.
      const first = Math.max(0, Math.ceil((frame - width + 1) / step));
      const last = Math.min(count - 1, Math.floor(frame / step));
      for (let segment = first; segment <= last; segment++) {
        const column = segment * size + frame - segment * step;
        for (let k = 0; k < this.bins; k++) out[column + k * width] = Math.sqrt(power[k + 1]!);
      }
    });
    if (normalize === 'segment')
      for (let segment = 0; segment < count; segment++)
        standardize(out.subarray(segment * size, (segment + 1) * size));
    return out;
  }
}

/** Mean 0 and variance 1, in place. Constant values, as of digital silence, become 0. */
export function standardize(values: Float32Array): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length);
  const scale = deviation > 0 ? 1 / deviation : 0;
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! - mean) * scale;
}
