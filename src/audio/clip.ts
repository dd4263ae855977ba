import { PlantsenseError } from '../errors.js';

/** How a sound that is shorter than wanted is filled: with zeros on the right, or with itself again and again. */
export type Padding = 'zero' | 'loop';

/** A sound brought to a length: cut, or padded. Nothing is copied until it is read. */
export class Clip {
  readonly samples: Float32Array;
  readonly length: number;
  /** From here on the clip is zeros. */
  readonly soundEnd: number;

  /**
   * @param length in samples; that of the sound when left out
   * @throws PlantsenseError AUDIO_EMPTY when there are no samples, PARAMETER_INVALID when `length` is below 1
   */
  constructor(samples: Float32Array, length: number = samples.length, padding: Padding = 'zero') {
    if (samples.length === 0) throw new PlantsenseError('AUDIO_EMPTY', 'The sound has no samples.');
    if (!Number.isInteger(length) || length < 1)
      throw new PlantsenseError('PARAMETER_INVALID', `A clip can't be ${length} samples long.`);
    this.samples = samples;
    this.length = length;
    this.soundEnd = padding === 'loop' ? length : Math.min(length, samples.length);
  }

  /** Fills `target` with the clip from position `start` on. Before its start and after its end the clip is zero. */
  read(start: number, target: Float32Array | Float64Array): void {
    const { samples, soundEnd } = this;
    let at = 0;
    if (start < 0) {
      at = Math.min(-start, target.length);
      target.fill(0, 0, at);
    }
    while (at < target.length && start + at < soundEnd) {
      const from = (start + at) % samples.length;
      const count = Math.min(samples.length - from, soundEnd - start - at, target.length - at);
      target.set(samples.subarray(from, from + count), at);
      at += count;
    }
    target.fill(0, at);
  }
}
