import { PlantsenseError } from '../errors.js';
import { type Engine, engine as sharedEngine } from './wasm/engine.js';

const MIN_SIZE = 16;
const MAX_SIZE = 2 ** 20;
const BYTES_PER_COMPLEX = 16;

/** Whether spectra are computed with SIMD. `scalar` gives the same values, several times slower. */
export function fftBackend(): Engine['backend'] {
  return sharedEngine.backend;
}

/** @throws PlantsenseError PARAMETER_INVALID when the size of an FFT is no power of 2 in 16 .. 2^20 */
export function checkFftSize(size: number): void {
  if (size >= MIN_SIZE && size <= MAX_SIZE && Number.isInteger(Math.log2(size))) return;
  const exponent = Math.log2(Math.min(MAX_SIZE, Math.max(MIN_SIZE, size))) || Math.log2(2048);
  const [below, above] = [2 ** Math.floor(exponent), 2 ** Math.ceil(exponent)];
  const near = below === above ? `the nearest is ${below}` : `the nearest are ${below} and ${above}`;
  throw new PlantsenseError(
    'PARAMETER_INVALID',
    `An FFT of size ${size} is not supported: sizes are powers of 2 from ${MIN_SIZE} on; ${near}.`,
  );
}

/**
 * The power spectrum of windowed frames, by an FFT in double precision: single precision hides what lies 120 dB below the
 * loudest component, and is 0.004 dB off at 80 dB.
 *
 * The real frame is transformed as a complex one of half its size (Press et al., Numerical Recipes, 12.3) by Stockham's
 * FFT of radix 4, which needs no reordering.
 */
export class PowerSpectrum {
  /** Samples in a frame. */
  readonly size: number;
  /** `size / 2 + 1`, from 0 Hz to half the sampling rate. */
  readonly bins: number;
  readonly #engine: Engine;
  readonly #window: number;
  /** Twiddles of the passes with radix 4; one of radix 2 may follow. */
  readonly #passes: readonly number[];
  readonly #unpack: number;

  /**
   * A plan lives in the engine's memory for ever: keep it, don't make one for each frame.
   * @throws PlantsenseError PARAMETER_INVALID when the window's length is no power of 2 in 16 .. 2^20
   */
  constructor(window: Float64Array, engine: Engine = sharedEngine) {
    checkFftSize(window.length);
    const half = window.length / 2;
    this.size = window.length;
    this.bins = half + 1;
    this.#engine = engine;
    this.#window = engine.allocate(8 * this.size);
    // Halved, since the power kernel leaves a factor of 4.
    engine.doubles(this.#window, this.size).set(window.map(weight => weight / 2));

    const passes: number[] = [];
    for (let groups = half / 4; groups >= 1; groups /= 4) {
      const turns = Array.from({ length: 3 * groups }, (_, i) => {
        const [group, k] = [Math.floor(i / 3), (i % 3) + 1];
        return (-2 * Math.PI * group * k) / (4 * groups);
      });
      passes.push(storeTwiddles(engine, turns));
    }
    this.#passes = passes;
    const turns = Array.from({ length: half / 2 }, (_, i) => -Math.PI / 2 - (Math.PI * (i + 1)) / half);
    this.#unpack = storeTwiddles(engine, turns);
    // So that `compute` never allocates.
    engine.scratch('fft', this.#workBytes);
  }

  /** Two areas for `size / 2` complex numbers: each pass goes from one to the other. */
  get #workBytes(): number {
    return this.size * BYTES_PER_COMPLEX;
  }

  /**
   * From and to the engine's memory, which it doesn't enlarge.
   * @param signal address of `size` floats
   * @param out address of `bins` floats, which receive the squared magnitudes
   */
  compute(signal: number, out: number): void {
    const { kernels } = this.#engine;
    const half = this.size / 2;
    let from = this.#engine.scratch('fft', this.#workBytes);
    let to = from + half * BYTES_PER_COMPLEX;
    kernels.window(signal, this.#window, from, this.size);
    let groups = half;
    let stride = 1;
    for (let pass = 0; pass < this.#passes.length; pass++) {
      groups /= 4;
      kernels.butterflies4(from, to, this.#passes[pass]!, groups, stride);
      stride *= 4;
      const free = from;
      from = to;
      to = free;
    }
    if (groups === 2) {
      kernels.butterflies2(from, to, stride);
      from = to;
    }
    kernels.power(from, this.#unpack, out, half);
  }
}

/** Angles as the kernels take them: cos, cos, -sin, sin. */
function storeTwiddles(engine: Engine, angles: readonly number[]): number {
  const address = engine.allocate(32 * angles.length);
  const twiddles = angles.flatMap(angle => {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return [cos, cos, -sin, sin];
  });
  engine.doubles(address, twiddles.length).set(twiddles);
  return address;
}
