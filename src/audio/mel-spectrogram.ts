import type { Clip } from './clip.js';
import { type MelBand, type MelOptions, melFilterbank } from './mel.js';
import { Stft } from './stft.js';
import { type Engine, engine as sharedEngine } from './wasm/engine.js';

export interface MelSpectrogramOptions extends MelOptions {
  readonly hop: number;
}

/** Frames whose bands are gathered in the engine's memory before they are copied out. */
const BLOCK_FRAMES = 128;

/**
 * Mel power spectrograms: `librosa.feature.melspectrogram(..., power=2)` with a periodic Hann window, centred frames and
 * zeros beyond the edges. Window, FFT, power and bands of a frame follow each other in the engine's memory.
 */
export class MelSpectrogram {
  readonly nMels: number;
  readonly #engine: Engine;
  readonly #stft: Stft;
  readonly #rows: number;
  readonly #weights: number;

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(options: MelSpectrogramOptions, engine: Engine = sharedEngine) {
    this.#stft = new Stft({ nFft: options.nFft, hop: options.hop, centred: true }, engine);
    const bands = melFilterbank(options);
    const { rows, weights } = packBands(bands);
    this.nMels = bands.length;
    this.#engine = engine;
    this.#rows = engine.allocate(rows.byteLength);
    this.#weights = engine.allocate(weights.byteLength);
    engine.integers(this.#rows, rows.length).set(rows);
    engine.floats(this.#weights, weights.length).set(weights);
  }

  frameCount(length: number): number {
    return this.#stft.frameCount(length);
  }

  /** @param out receives the power: shape [nMels, frames], row by row */
  compute(clip: Clip, out: Float32Array): void {
    const frames = this.frameCount(clip.length);
    const block = this.#engine.scratch('mel', 4 * this.nMels * BLOCK_FRAMES);
    // Silence need not be transformed.
    const sounding = this.#stft.firstSilentFrame(clip);
    this.#stft.forEachFrame(clip, sounding, frame => {
      const column = frame % BLOCK_FRAMES;
      this.#engine.kernels.mel(
        this.#stft.powerAddress,
        this.#rows,
        this.nMels,
        this.#weights,
        block + 4 * column,
        4 * BLOCK_FRAMES,
      );
      if (column === BLOCK_FRAMES - 1 || frame === sounding - 1)
        this.#copyOut(block, column + 1, out, frames, frame - column);
    });
    for (let band = 0; band < this.nMels; band++) out.fill(0, band * frames + sounding, (band + 1) * frames);
  }

  /** Copies `count` columns of the block to the spectrogram's columns from `first` on. */
  #copyOut(block: number, count: number, out: Float32Array, frames: number, first: number): void {
    const bands = this.#engine.floats(block, this.nMels * BLOCK_FRAMES);
    for (let band = 0; band < this.nMels; band++) {
      const from = band * BLOCK_FRAMES;
      const to = band * frames + first;
      // A loop, since `set` would need a view of each row.
      for (let i = 0; i < count; i++) out[to + i] = bands[from + i]!;
    }
  }
}

/** The bands as the `mel` kernel reads them: weights in groups of four, the last filled up with zeros. */
function packBands(bands: readonly MelBand[]): { rows: Int32Array; weights: Float32Array } {
  const groups = bands.map(band => Math.ceil(band.weights.length / 4));
  const weights = new Float32Array(4 * groups.reduce((sum, count) => sum + count, 0));
  let at = 0;
  bands.forEach((band, i) => {
    weights.set(band.weights, at);
    at += 4 * groups[i]!;
  });
  return { rows: Int32Array.from(bands.flatMap((band, i) => [4 * band.firstBin, groups[i]!])), weights };
}
