/**
 * A Butterworth low-pass filter of fourth order, 24 dB an octave, for sound that must not be understood: two biquads by
 * the bilinear transform (Zölzer, *Digital Audio Signal Processing*, section 5.2).
 */
export class FourthOrderLowPass {
  readonly #sections: readonly Section[];

  /** @param cutOffHz where it is 3 dB down; at or above half the sample rate nothing is filtered */
  constructor(cutOffHz: number, sampleRateHz: number) {
    const k = Math.tan((Math.PI * cutOffHz) / sampleRateHz);
    // Quality factors of the two pole pairs.
    const qualities = [1 / (2 * Math.cos(Math.PI / 8)), 1 / (2 * Math.cos((3 * Math.PI) / 8))];
    this.#sections = cutOffHz >= sampleRateHz / 2 ? [] : qualities.map(q => section(k, q));
  }

  /** The filtered sound, from rest; `samples` is left alone. */
  process(samples: Float32Array): Float32Array {
    const out = Float32Array.from(samples);
    for (const { b0, a1, a2 } of this.#sections) {
      let s1 = 0;
      let s2 = 0;
      for (let i = 0; i < out.length; i++) {
        const x = out[i]! * b0;
        const y = x + s1;
        s1 = 2 * x - a1 * y + s2;
        s2 = x - a2 * y;
        out[i] = y;
      }
    }
    return out;
  }
}

interface Section {
  readonly b0: number;
  readonly a1: number;
  readonly a2: number;
}

function section(k: number, quality: number): Section {
  const norm = 1 / (1 + k / quality + k * k);
  return { b0: k * k * norm, a1: 2 * (k * k - 1) * norm, a2: (1 - k / quality + k * k) * norm };
}
