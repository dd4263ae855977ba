import { PlantsenseError } from '../errors.js';
import type { Clip } from './clip.js';
import { checkFftSize, PowerSpectrum } from './fft.js';
import { type Engine, engine as sharedEngine } from './wasm/engine.js';
import { hannWindow } from './window.js';

export interface StftOptions {
  /** Samples in a frame, which is also the FFT's size. */
  readonly nFft: number;
  /** Samples from one frame's start to the next one's. */
  readonly hop: number;
  /** Whether frame i is centred on sample i · hop, with zeros beyond the edges, or starts there. */
  readonly centred: boolean;
}

/** Frames whose samples are brought into the engine's memory together. */
const BLOCK_FRAMES = 64;

/**
 * Short-time Fourier transform with a periodic Hann window: the power of `librosa.stft(..., window='hann',
 * pad_mode='constant')`.
 */
export class Stft {
  readonly options: StftOptions;
  /** `nFft / 2 + 1` */
  readonly bins: number;
  /** Where the engine's memory holds the power spectrum of the frame just visited. */
  readonly powerAddress: number;
  readonly #engine: Engine;
  readonly #spectrum: PowerSpectrum;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(options: StftOptions, engine: Engine = sharedEngine) {
    const { nFft, hop } = options;
    checkFftSize(nFft);
    if (!Number.isInteger(hop) || hop < 1)
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `The hop must be a whole number of samples, not ${hop}.`,
      );
    this.options = options;
    this.#engine = engine;
    this.#spectrum = hannSpectrum(nFft, engine);
    this.bins = this.#spectrum.bins;
    // Kernels read groups of four bins, so that the last may reach beyond the end.
    this.powerAddress = engine.allocate(4 * (this.bins + 4));
  }

  /** Frames in a clip of `length` samples, as librosa counts them. Not centred, a clip shorter than a frame has none. */
  frameCount(length: number): number {
    const { nFft, hop, centred } = this.options;
    const last = centred ? length : length - nFft;
    return last < 0 ? 0 : 1 + Math.floor(last / hop);
  }

  /** The first frame that holds nothing of the clip's sound, only the zeros after it. */
  firstSilentFrame(clip: Clip): number {
    const { nFft, hop, centred } = this.options;
    const firstStart = centred ? -nFft / 2 : 0;
    return Math.min(this.frameCount(clip.length), Math.ceil((clip.soundEnd - firstStart) / hop));
  }

  /**
   * Calls `visit` for the frames 0 .. `frames - 1` in order, with each one's power spectrum at `powerAddress`, and as a
   * view that is valid during the call. `visit` must not allocate.
   */
  forEachFrame(clip: Clip, frames: number, visit: (frame: number, power: Float32Array) => void): void {
    const { nFft, hop, centred } = this.options;
    const firstStart = centred ? -nFft / 2 : 0;
    const blockLength = (Math.min(frames, BLOCK_FRAMES) - 1) * hop + nFft;
    const signal = this.#engine.scratch('stft', 4 * blockLength);
    const power = this.#engine.floats(this.powerAddress, this.bins);
    for (let first = 0; first < frames; first += BLOCK_FRAMES) {
      const count = Math.min(BLOCK_FRAMES, frames - first);
      clip.read(firstStart + first * hop, this.#engine.floats(signal, (count - 1) * hop + nFft));
      for (let i = 0; i < count; i++) {
        this.#spectrum.compute(signal + 4 * i * hop, this.powerAddress);
        visit(first + i, power);
      }
    }
  }

  /**
   * |STFT|, or |STFT|² with `exponent` 2.
   * @returns shape [bins, frames], row by row
   */
  spectrogram(clip: Clip, exponent: 1 | 2 = 1): Float32Array {
    const frames = this.frameCount(clip.length);
    const out = new Float32Array(this.bins * frames);
    this.forEachFrame(clip, frames, (frame, power) => {
      for (let k = 0; k < this.bins; k++)
        out[k * frames + frame] = exponent === 1 ? Math.sqrt(power[k]!) : power[k]!;
    });
    return out;
  }
}

const plans = new WeakMap<Engine, Map<number, PowerSpectrum>>();

/** One plan for each size. */
function hannSpectrum(size: number, engine: Engine): PowerSpectrum {
  const ofEngine = plans.get(engine) ?? new Map<number, PowerSpectrum>();
  plans.set(engine, ofEngine);
  const plan = ofEngine.get(size) ?? new PowerSpectrum(hannWindow(size), engine);
  ofEngine.set(size, plan);
  return plan;
}
