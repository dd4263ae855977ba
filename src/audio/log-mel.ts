import { PlantsenseError } from '../errors.js';
import { Clip, type Padding } from './clip.js';
import { checkDecibelOptions, type DecibelOptions, powerToDb } from './decibels.js';
import { MelSpectrogram } from './mel-spectrogram.js';

export interface LogMelOptions {
  readonly sampleRateHz: number;
  /** The length that every sound is brought to; `null` takes each as it is. */
  readonly durationSecs: number | null;
  readonly padding: Padding;
  readonly nFft: number;
  readonly hop: number;
  readonly nMels: number;
  readonly fminHz: number;
  /** `null` is half the sampling rate. */
  readonly fmaxHz: number | null;
  readonly ref: 'max' | number;
  readonly topDb: number | null;
  readonly amin: number;
}

/** The noise method's: 128 bands × 323 frames for 7.5 s. */
export const LOG_MEL_DEFAULTS: LogMelOptions = {
  sampleRateHz: 22_050,
  durationSecs: 7.5,
  padding: 'zero',
  nFft: 2048,
  hop: 512,
  nMels: 128,
  fminHz: 0,
  fmaxHz: null,
  ref: 'max',
  topDb: 80,
  amin: 1e-10,
};

/**
 * Log-mel spectrograms: `librosa.power_to_db(librosa.feature.melspectrogram(y, ...))` with a periodic Hann window, centred
 * frames, zeros beyond the edges, Slaney's mel scale and norm. Within 0.001 dB of librosa.
 *
 * @example
 * const logMel = new LogMel({ sampleRateHz: 22_050 });
 * const features = logMel.compute(samples); // [128, 323]
 */
export class LogMel {
  readonly options: LogMelOptions;
  readonly nMels: number;
  readonly #decibels: DecibelOptions;
  readonly #mel: MelSpectrogram;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(options: Partial<LogMelOptions> = {}) {
    const all = { ...LOG_MEL_DEFAULTS, ...options };
    const { sampleRateHz, durationSecs, nFft, hop, nMels, fminHz, fmaxHz, ref, topDb, amin } = all;
    this.options = all;
    this.nMels = nMels;
    this.#decibels = { ref, topDb, amin };
    checkDecibelOptions(this.#decibels);
    if (durationSecs !== null && !(durationSecs * sampleRateHz >= 1))
      throw new PlantsenseError('PARAMETER_INVALID', `A clip can't last ${durationSecs} s.`);
    this.#mel = new MelSpectrogram({
      sampleRateHz,
      nFft,
      hop,
      nMels,
      fminHz,
      fmaxHz: fmaxHz ?? sampleRateHz / 2,
    });
  }

  /** Columns of the spectrogram of a sound of `samples` samples. */
  frameCount(samples: number): number {
    return this.#mel.frameCount(this.#clipLength(samples));
  }

  /**
   * @param samples mono, at `sampleRateHz`
   * @param out where to write, of the right size; a new array when left out
   * @returns dB, shape [nMels, frames], row by row
   * @throws PlantsenseError AUDIO_EMPTY, PARAMETER_INVALID when `out` has another size
   */
  compute(samples: Float32Array, out?: Float32Array): Float32Array {
    const clip = new Clip(samples, this.#clipLength(samples.length), this.options.padding);
    const length = this.nMels * this.frameCount(samples.length);
    const features = out ?? new Float32Array(length);
    if (features.length !== length)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `The spectrogram has ${length} values, the array for it ${features.length}.`,
      );
    this.#mel.compute(clip, features);
    powerToDb(features, this.#decibels);
    return features;
  }

  #clipLength(samples: number): number {
    const { durationSecs, sampleRateHz } = this.options;
    return durationSecs === null ? samples : Math.round(durationSecs * sampleRateHz);
  }
}
