import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { Random } from '../random.js';
import { fftBackend, PowerSpectrum } from './fft.js';
import { createEngine, type Engine, engine } from './wasm/engine.js';
import { hannWindow } from './window.js';

function noise(size: number): Float32Array {
  const random = new Random(size);
  return Float32Array.from({ length: size }, () => random.normal());
}

function powerOf(plan: PowerSpectrum, frame: Float32Array, on: Engine = engine): Float32Array {
  const signal = on.allocate(4 * plan.size);
  const out = on.allocate(4 * plan.bins);
  on.floats(signal, plan.size).set(frame);
  plan.compute(signal, out);
  return on.floats(out, plan.bins).slice();
}

/** The definition. */
function fourierPower(frame: Float32Array, window: Float64Array): number[] {
  const n = frame.length;
  return Array.from({ length: n / 2 + 1 }, (_, k) => {
    let re = 0;
    let im = 0;
    for (let i = 0; i < n; i++) {
      const angle = (2 * Math.PI * ((i * k) % n)) / n;
      re += frame[i]! * window[i]! * Math.cos(angle);
      im -= frame[i]! * window[i]! * Math.sin(angle);
    }
    return re * re + im * im;
  });
}

describe.each([16, 32, 64, 128, 512, 1024, 2048, 4096])('a power spectrum of %i samples', size => {
  it.each([true, false])('is the Fourier sum to the last bits of a float (SIMD: %s)', simd => {
    const on = createEngine(simd);
    const frame = noise(size);
    const window = hannWindow(size);
    const power = powerOf(new PowerSpectrum(window, on), frame, on);
    fourierPower(frame, window).forEach((exact, k) => {
      expect(Math.abs(power[k]! / exact - 1)).toBeLessThan(1e-6);
    });
  });
});

describe('PowerSpectrum', () => {
  it('uses SIMD, which every supported Node has', () => {
    expect(fftBackend()).toBe('simd');
  });

  it('shows a tone 146 dB below another, which single precision would hide', () => {
    const tone = (bin: number, i: number) => Math.cos((2 * Math.PI * bin * i) / 2048);
    const loud = Float32Array.from({ length: 2048 }, (_, i) => (i % 4 === 0 ? 1 : i % 4 === 2 ? -1 : 0));
    // A float can't hold both at once; the window, in doubles, adds the quiet one at 512 ± 300.
    const window = Float64Array.from({ length: 2048 }, (_, i) => 1 + 1e-7 * tone(300, i));
    const power = powerOf(new PowerSpectrum(window), loud);
    expect(10 * Math.log10(power[512]! / power[812]!)).toBeCloseTo(146.02, 2);
  });

  it('stays right while other plans make the memory grow', () => {
    const plan = new PowerSpectrum(hannWindow(512));
    const before = powerOf(plan, noise(512));
    for (let i = 0; i < 5; i++) new PowerSpectrum(hannWindow(65_536));
    expect(powerOf(plan, noise(512))).toEqual(before);
  });

  it.each([
    [2047, '1024 and 2048'],
    [1000, '512 and 1024'],
    [0, '16'],
    [8, '16'],
    [-1024, '16'],
    [2 ** 21, '1048576'],
    [0.5, '16'],
  ])('refuses a size of %d and names the nearest: %s', (size, nearest) => {
    const plan = () => new PowerSpectrum(new Float64Array(Math.max(0, Math.floor(size))));
    expect(plan).toThrow(PlantsenseError);
    expect(plan).toThrow(new RegExp(`nearest (is|are) ${nearest}\\.$`));
  });
});
