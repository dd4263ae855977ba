import { FULL_SCALE } from '../level.js';
import type { Kernels } from './kernels.js';

/** The kernels in plain TypeScript, for processors without SIMD, and as the reference for `kernels.wat`. */
export function scalarKernels(memory: { readonly buffer: ArrayBufferLike }): Kernels {
  const floats = (address: number, length?: number) => new Float32Array(memory.buffer, address, length);
  const doubles = (address: number, length: number) => new Float64Array(memory.buffer, address, length);

  return {
    window(signalAt, windowAt, outAt, length) {
      const signal = floats(signalAt, length);
      const window = doubles(windowAt, length);
      const out = doubles(outAt, length);
      for (let i = 0; i < length; i++) out[i] = signal[i]! * window[i]!;
    },

    butterflies4(fromAt, toAt, twiddlesAt, groups, stride) {
      const count = groups * stride;
      const from = doubles(fromAt, 8 * count);
      const to = doubles(toAt, 8 * count);
      const twiddles = doubles(twiddlesAt, 12 * groups);
      /** to[at] = (re + i·im) · (cos + i·sin) of the given twiddle */
      const put = (at: number, re: number, im: number, twiddle: number) => {
        const cos = twiddles[twiddle]!;
        const sin = twiddles[twiddle + 3]!;
        to[at] = re * cos - im * sin;
        to[at + 1] = re * sin + im * cos;
      };
      for (let group = 0; group < groups; group++) {
        for (let i = 0; i < stride; i++) {
          const a = 2 * (group * stride + i);
          const [b, c, d] = [a + 2 * count, a + 4 * count, a + 6 * count];
          const evenRe = from[a]! + from[c]!;
          const evenIm = from[a + 1]! + from[c + 1]!;
          const oddRe = from[b]! + from[d]!;
          const oddIm = from[b + 1]! + from[d + 1]!;
          const re = from[a]! - from[c]!;
          const im = from[a + 1]! - from[c + 1]!;
          // (b - d) · -i
          const turnedRe = from[b + 1]! - from[d + 1]!;
          const turnedIm = from[d]! - from[b]!;
          const at = 2 * (4 * group * stride + i);
          to[at] = evenRe + oddRe;
          to[at + 1] = evenIm + oddIm;
          put(at + 2 * stride, re + turnedRe, im + turnedIm, 12 * group);
          put(at + 4 * stride, evenRe - oddRe, evenIm - oddIm, 12 * group + 4);
          put(at + 6 * stride, re - turnedRe, im - turnedIm, 12 * group + 8);
        }
      }
    },

    butterflies2(fromAt, toAt, stride) {
      const from = doubles(fromAt, 4 * stride);
      const to = doubles(toAt, 4 * stride);
      for (let i = 0; i < 2 * stride; i++) {
        to[i] = from[i]! + from[i + 2 * stride]!;
        to[i + 2 * stride] = from[i]! - from[i + 2 * stride]!;
      }
    },

    power(pairsAt, twiddlesAt, outAt, half) {
      const pairs = doubles(pairsAt, 2 * half);
      const twiddles = doubles(twiddlesAt, 2 * half);
      const out = floats(outAt, half + 1);
      out[0] = 4 * (pairs[0]! + pairs[1]!) ** 2;
      out[half] = 4 * (pairs[0]! - pairs[1]!) ** 2;
      for (let k = 1; 2 * k <= half; k++) {
        const mirror = half - k;
        const sumRe = pairs[2 * k]! + pairs[2 * mirror]!;
        const sumIm = pairs[2 * k + 1]! - pairs[2 * mirror + 1]!;
        const re = pairs[2 * k]! - pairs[2 * mirror]!;
        const im = pairs[2 * k + 1]! + pairs[2 * mirror + 1]!;
        const cos = twiddles[4 * (k - 1)]!;
        const sin = twiddles[4 * (k - 1) + 3]!;
        const turnedRe = re * cos - im * sin;
        const turnedIm = re * sin + im * cos;
        out[mirror] = (sumRe - turnedRe) ** 2 + (sumIm - turnedIm) ** 2;
        out[k] = (sumRe + turnedRe) ** 2 + (sumIm + turnedIm) ** 2;
      }
    },

    mel(powerAt, rowsAt, rowCount, weightsAt, outAt, stride) {
      const rows = new Int32Array(memory.buffer, rowsAt, 2 * rowCount);
      const power = floats(powerAt);
      const weights = floats(weightsAt);
      const out = floats(outAt);
      let weight = 0;
      for (let row = 0; row < rowCount; row++) {
        let bin = rows[2 * row]! / 4;
        let sum = 0;
        for (let i = 4 * rows[2 * row + 1]!; i > 0; i--) sum += power[bin++]! * weights[weight++]!;
        out[(row * stride) / 4] = sum;
      }
    },

    decibels(valuesAt, length, amin) {
      const values = floats(valuesAt, length);
      let max = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < length; i++) {
        const value = 10 * Math.log10(Math.max(values[i]!, amin));
        values[i] = value;
        max = Math.max(max, value);
      }
      return Math.fround(max);
    },

    polyphase(signalAt, bankAt, taps, outAt, length, firstPhase, phaseStep, step, phases) {
      const signal = floats(signalAt);
      const bank = floats(bankAt, phases * taps);
      const out = floats(outAt, length);
      let phase = firstPhase;
      let position = 0;
      for (let i = 0; i < length; i++) {
        const row = phase * taps;
        let sum = 0;
        for (let j = 0; j < taps; j++) sum += signal[position + j]! * bank[row + j]!;
        out[i] = sum;
        position += step;
        phase += phaseStep;
        if (phase >= phases) {
          phase -= phases;
          position++;
        }
      }
    },

    polyphaseBetween(signalAt, bankAt, taps, outAt, length, firstPhase, phaseStep, step, phases, rows) {
      const signal = floats(signalAt);
      const bank = floats(bankAt, (rows + 1) * taps);
      const out = floats(outAt, length);
      let phase = firstPhase;
      let position = 0;
      for (let i = 0; i < length; i++) {
        const at = (phase * rows) / phases;
        const row = Math.floor(at);
        const low = row * taps;
        const high = low + taps;
        let lowSum = 0;
        let highSum = 0;
        for (let j = 0; j < taps; j++) {
          lowSum += signal[position + j]! * bank[low + j]!;
          highSum += signal[position + j]! * bank[high + j]!;
        }
        out[i] = lowSum + (highSum - lowSum) * (at - row);
        position += step;
        phase += phaseStep;
        if (phase >= phases) {
          phase -= phases;
          position++;
        }
      }
    },

    // The order of the operations is that of `kernels.wat`, so that both give the same bits.
    levels(samplesAt, length, filterAt, stateAt, figuresAt, aAt, cAt, zAt) {
      const samples = floats(samplesAt - 8, length + 2);
      const [lowPole, highPole, midPole, midPole2, keep, b1, b2] = doubles(filterAt, 7) as unknown as Seven;
      const state = doubles(stateAt, 8);
      let [input, low1, low2, high1, high2, mid1, mid2, fast] = state as unknown as [...Seven, number];
      const [a, c, z] = [doubles(aAt, length), doubles(cAt, length), doubles(zAt, length)];
      const sumZ: [even: number, odd: number] = [0, 0];
      let [sumA, maxFast, maxC, peak, clipped] = [0, 0, 0, 0, 0];
      for (let i = 0; i < length; i++) {
        const x = samples[i + 2]!;
        const magnitude = Math.abs(x);
        if (magnitude > peak) peak = magnitude;
        if (magnitude >= FULL_SCALE) clipped++;
        z[i] = x * x;
        if (i % 2 === 0) sumZ[0] += x * x;
        else sumZ[1] += x * x;

        const inputBefore = input;
        const low1Before = low1;
        const high2Before = high2;
        const mid1Before = mid1;
        input = x + b1 * samples[i + 1]! + b2 * samples[i]!;
        low1 = lowPole * low1 + (input - inputBefore);
        low2 = lowPole * low2 + (low1 - low1Before);
        high1 = highPole * high1 + low2;
        high2 = highPole * high2 + high1;
        mid1 = midPole * mid1 + (high2 - high2Before);
        mid2 = midPole2 * mid2 + (mid1 - mid1Before);
        const squareC = high2 * high2;
        const squareA = mid2 * mid2;
        c[i] = squareC;
        a[i] = squareA;
        if (squareC > maxC) maxC = squareC;
        sumA += squareA;
        fast = keep * fast + squareA;
        if (fast > maxFast) maxFast = fast;
      }
      state.set([input, low1, low2, high1, high2, mid1, mid2, fast]);
      doubles(figuresAt, 6).set([sumA, sumZ[0] + sumZ[1], maxFast, maxC, peak, clipped]);
    },
  };
}

type Seven = [number, number, number, number, number, number, number];
