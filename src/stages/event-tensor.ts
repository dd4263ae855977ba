import { LogMel, type LogMelOptions } from '../audio/log-mel.js';
import { resample } from '../audio/resample.js';
import { featureSetId } from '../lifecycle/feature-set.js';

/** Makes the log-mel tensor of an event's clip, whatever its sample rate. */
export class EventTensor {
  readonly shape: readonly [mels: number, frames: number];
  /** Names the options: tensors of different options don't mix. */
  readonly featureSet: string;
  readonly #logMel: LogMel;

  constructor(options: Partial<LogMelOptions>) {
    this.#logMel = new LogMel(options);
    const { sampleRateHz, durationSecs } = this.#logMel.options;
    const samples = Math.round((durationSecs ?? 0) * sampleRateHz);
    this.shape = [this.#logMel.nMels, this.#logMel.frameCount(samples)];
    this.featureSet = featureSetId('logmel', { ...this.#logMel.options });
  }

  get options(): LogMelOptions {
    return this.#logMel.options;
  }

  /** @returns [mels, frames], row by row */
  compute(clip: Float32Array, sampleRateHz: number): Float32Array {
    const target = this.#logMel.options.sampleRateHz;
    // What the tensor cuts off need not be resampled; the filter's reach beyond the cut is kept.
    const wanted = Math.ceil(((this.#logMel.options.durationSecs ?? Infinity) + 0.1) * sampleRateHz);
    const head = clip.length > wanted ? clip.subarray(0, wanted) : clip;
    return this.#logMel.compute(sampleRateHz === target ? head : resample(head, sampleRateHz, target));
  }
}
