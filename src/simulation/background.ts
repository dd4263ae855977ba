import { dbToPower } from '../audio/level.js';
import { Random } from '../random.js';

/** What a microphone hears all the time. Levels are unweighted, dB SPL. */
export interface BackgroundSpec {
  /** Mains hum: this frequency and four harmonics, each 6 dB weaker. Whole Hz. */
  readonly humHz: number;
  readonly humDb: number;
  /** A fan: its blade frequency and two harmonics, swelling once a second. Whole Hz. */
  readonly fanHz: number;
  readonly fanDb: number;
  /** Air and distant machines: noise that falls by 6 dB an octave above this frequency. */
  readonly noiseCornerHz: number;
  readonly noiseDb: number;
}

/** The background of a plant at one microphone, made by calculation. */
export class Background {
  /** Hum and fan repeat after a second, since all their frequencies are whole numbers. */
  readonly #tones: Float32Array;
  readonly #random: Random;
  readonly #feedback: number;
  readonly #noiseGain: number;
  #at = 0;
  #noise = 0;

  /** @param calibrationDbSpl level of a full-scale sine */
  constructor(spec: BackgroundSpec, calibrationDbSpl: number, sampleRateHz: number, seed: number) {
    this.#tones = tones(spec, calibrationDbSpl, sampleRateHz);
    this.#random = new Random(seed);
    this.#feedback = Math.exp((-2 * Math.PI * spec.noiseCornerHz) / sampleRateHz);
    // A first-order low-pass with unit input power has the output power (1 - a) / (1 + a).
    const inputRms = 1 / Math.sqrt(3);
    const outputRms = inputRms * Math.sqrt((1 - this.#feedback) / (1 + this.#feedback));
    this.#noiseGain = Math.sqrt(dbToPower(spec.noiseDb, calibrationDbSpl)) / outputRms;
  }

  /** The next samples, into all of `out`. */
  fill(out: Float32Array): void {
    const a = this.#feedback;
    for (let i = 0; i < out.length; i++) {
      const white = this.#random.uint32() / 2 ** 31 - 1;
      this.#noise = a * this.#noise + (1 - a) * white;
      out[i] = this.#tones[this.#at]! + this.#noiseGain * this.#noise;
      this.#at = this.#at + 1 === this.#tones.length ? 0 : this.#at + 1;
    }
  }
}

function tones(spec: BackgroundSpec, calibrationDbSpl: number, sampleRateHz: number): Float32Array {
  const second = new Float32Array(sampleRateHz);
  const add = (frequencyHz: number, levelDb: number, swell: number) => {
    if (frequencyHz >= sampleRateHz / 2) return;
    const amplitude = Math.SQRT2 * Math.sqrt(dbToPower(levelDb, calibrationDbSpl));
    const turn = (2 * Math.PI) / sampleRateHz;
    for (let i = 0; i < second.length; i++) {
      second[i]! += amplitude * (1 + swell * Math.sin(turn * i)) * Math.sin(turn * frequencyHz * i);
    }
  };
  for (let harmonic = 1; harmonic <= 5; harmonic++)
    add(spec.humHz * harmonic, spec.humDb - 6 * (harmonic - 1), 0);
  for (let harmonic = 1; harmonic <= 3; harmonic++)
    add(spec.fanHz * harmonic, spec.fanDb - 6 * (harmonic - 1), 0.3);
  return second;
}
