/**
 * The inner loops of the audio room. `kernels.wat` has them with SIMD, `scalar-kernels.ts` without. Addresses and strides
 * are in bytes, lengths in numbers. A complex number is two doubles; a twiddle of cos and sin is stored as it is used:
 * cos, cos, -sin, sin.
 */
export interface Kernels {
  /** `out[i] = signal[i] · window[i]`: floats times doubles; `length` is a multiple of 4. */
  window(signal: number, window: number, out: number, length: number): void;
  /**
   * A pass of a complex FFT with radix 4 (Stockham, decimation in frequency): `groups` butterflies with three twiddles
   * each, done for `stride` neighbours.
   */
  butterflies4(from: number, to: number, twiddles: number, groups: number, stride: number): void;
  /** The last pass when a factor of 2 is left: sums and differences of `stride` pairs. */
  butterflies2(from: number, to: number, stride: number): void;
  /**
   * Parts the complex FFT of `half` pairs of real numbers into the spectrum of those numbers, and gives its `half + 1`
   * squared magnitudes, times 4, as floats. The twiddles are -i·e^(-iπk/half) for k from 1 to half / 2.
   */
  power(pairs: number, twiddles: number, out: number, half: number): void;
  /**
   * The mel bands of one power spectrum, `stride` apart. `rows` holds two integers a band: the distance of its first bin
   * from `power`, and its number of groups of four `weights`.
   */
  mel(power: number, rows: number, rowCount: number, weights: number, out: number, stride: number): void;
  /** `10 log₁₀ max(value, amin)` in place; gives the largest. `length` is a multiple of 4. */
  decibels(values: number, length: number, amin: number): number;
  /**
   * A polyphase filter: output i is the scalar product of `taps` (a multiple of 16) samples and the bank's row `phase`;
   * then the phase grows by `phaseStep`, the signal by `step`, and by one more each time the phase passes `phases`.
   */
  polyphase(
    signal: number,
    bank: number,
    taps: number,
    out: number,
    length: number,
    phase: number,
    phaseStep: number,
    step: number,
    phases: number,
  ): void;
  /** The same with a bank of `rows + 1` evenly spaced phases, between which each output is interpolated linearly. */
  polyphaseBetween(
    signal: number,
    bank: number,
    taps: number,
    out: number,
    length: number,
    phase: number,
    phaseStep: number,
    step: number,
    phases: number,
    rows: number,
  ): void;
  /**
   * One tick of sound, of `length` ≥ 1 samples: filters, squares, sums, peaks. Constant gains are left to the caller.
   * Before the samples lie the two last of the tick before, behind them zeros up to a multiple of 4.
   *
   * The filter is a chain of first-order stages, of which only the poles are given: two high-passes with pole 0, two
   * low-passes with pole 1 behind the numerator `1 + f5·z⁻¹ + f6·z⁻²` (there the signal is C-weighted), high-passes with
   * poles 2 and 3 (A-weighted), then squares into a mean that keeps the share f4.
   *
   * @param filter those seven numbers
   * @param state 8 doubles: what the numerator and the stages in that order, the mean included, gave last; updated
   * @param figures where to write 6 doubles: sum of squares A, of squares Z, largest mean, largest square C,
   *   largest |sample|, number of samples at full scale
   * @param a where to write the squares, A-weighted, with room for `length` rounded up to a multiple of 4; `c`, `z` alike
   */
  levels(
    samples: number,
    length: number,
    filter: number,
    state: number,
    figures: number,
    a: number,
    c: number,
    z: number,
  ): void;
}
