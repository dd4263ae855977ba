import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Biquad } from './biquad.js';
import { LevelMeter, type MeterOptions } from './level-meter.js';
import { noise, sine } from './testing/signals.js';
import { TICK, TICK_FIELDS } from './tick.js';
import { engine } from './wasm/engine.js';
import { designWeighting } from './weighting-design.js';

const RATE = 22_050;
const TICK_SAMPLES = 221;
const options = fc.record({
  triggerWeighting: fc.constantFrom('A', 'C', 'Z'),
  triggerTimeWeighting: fc.constantFrom('fast', 'slow'),
  thirdOctaves: fc.constant(false),
});
const FAST_A: MeterOptions = { triggerWeighting: 'A', triggerTimeWeighting: 'fast', thirdOctaves: false };

/** All figures of all ticks of a signal, which comes in pieces that end at `cuts`. */
function ticksOf(samples: Float32Array, meter: LevelMeter, cuts: readonly number[]): number[] {
  const figures: number[] = [];
  const tick = new Float64Array(TICK_FIELDS);
  const ends = [...cuts].sort((a, b) => a - b);
  meter.start(samples[0]!);
  for (let from = 0; from < samples.length; ) {
    const tickEnd = Math.min(samples.length, TICK_SAMPLES * (Math.floor(from / TICK_SAMPLES) + 1));
    const to = Math.min(tickEnd, ends.find(end => end > from) ?? tickEnd);
    meter.add(samples, from, to);
    if (to === tickEnd) {
      meter.endTick(tick);
      figures.push(...tick);
    }
    from = to;
  }
  return figures;
}

/** A second-order section from rest (transposed direct form II), as textbooks have it. */
function filtered(samples: Float64Array, { b0, b1, b2, a1, a2 }: Biquad): Float64Array {
  let [s1, s2] = [0, 0];
  return samples.map(x => {
    const y = b0 * x + s1;
    s1 = b1 * x - a1 * y + s2;
    s2 = b2 * x - a2 * y;
    return y;
  });
}

describe('LevelMeter', () => {
  it.each([
    ['A', 'fast'],
    ['A', 'slow'],
    ['C', 'fast'],
    ['Z', 'slow'],
  ] as const)('gives what the designed sections give, and %s %s to the trigger', (weighting, kind) => {
    const samples = noise(0.4, 3000, 5);
    samples[0] = 0;
    const design = designWeighting(RATE);
    const z = Float64Array.from(samples);
    const c = filtered(filtered(z, design.lowCut), design.highCut);
    const a = filtered(c, design.midCut);
    const watched = { A: a, C: c, Z: z }[weighting];
    const meter = new LevelMeter(RATE, {
      ...FAST_A,
      triggerWeighting: weighting,
      triggerTimeWeighting: kind,
    });
    const tick = new Float64Array(TICK_FIELDS);
    const share = { fast: -Math.expm1(-8 / RATE), slow: -Math.expm1(-1 / RATE) };
    let [fast, trigger] = [0, 0];
    meter.start(0);
    // Ticks of all lengths, each after a longer one somewhere: what is left of that must not count.
    for (
      let [from, length] = [0, 221];
      from + length <= 3000;
      from += length, length = length > 212 ? length - 1 : 221
    ) {
      meter.add(samples, from, from + length);
      meter.endTick(tick);
      const expected = { sumA: 0, sumZ: 0, peakC: 0, fastMax: 0, trigger: 0 };
      for (let i = from; i < from + length; i++) {
        fast += share.fast * (a[i]! ** 2 - fast);
        trigger += share[kind] * (watched[i]! ** 2 - trigger);
        expected.sumA += a[i]! ** 2;
        expected.sumZ += z[i]! ** 2;
        expected.peakC = Math.max(expected.peakC, Math.abs(c[i]!));
        expected.fastMax = Math.max(expected.fastMax, fast);
        expected.trigger = Math.max(expected.trigger, trigger);
      }
      for (const [name, value] of Object.entries(expected))
        expect(tick[TICK[name as keyof typeof expected]]! / value, name).toBeCloseTo(1, 9);
      expect(tick[TICK.fastEnd]! / fast).toBeCloseTo(1, 9);
    }
  });

  it('gives the same bits however a signal is cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 1999 }), { maxLength: 40 });
    fc.assert(
      fc.property(options, cuts, fc.integer({ min: 500, max: 2000 }), (meter, ends, length) => {
        const samples = noise(0.3, length, length);
        const whole = ticksOf(samples, new LevelMeter(RATE, meter), []);
        expect(ticksOf(samples, new LevelMeter(RATE, meter), ends)).toEqual(whole);
      }),
    );
  });

  it('is not disturbed by other meters, nor by memory that grows', () => {
    const samples = sine(440, 0.5, 2000, RATE);
    const alone = ticksOf(samples, new LevelMeter(RATE, FAST_A), []);
    const [meter, other] = [new LevelMeter(RATE, FAST_A), new LevelMeter(48_000, FAST_A)];
    const figures: number[] = [];
    const tick = new Float64Array(TICK_FIELDS);
    meter.start(samples[0]!);
    other.start(1);
    for (let from = 0; from < samples.length; from += TICK_SAMPLES) {
      const to = Math.min(samples.length, from + TICK_SAMPLES);
      meter.add(samples, from, from + 10);
      other.add(noise(1, 300, from), 0, 300);
      other.endTick(tick);
      engine.allocate(70_000);
      meter.add(samples, from + 10, to);
      tick.fill(0);
      meter.endTick(tick);
      figures.push(...tick);
    }
    expect(figures).toEqual(alone);
  });

  it('starts afresh as if it were new', () => {
    const meter = new LevelMeter(RATE, { ...FAST_A, triggerWeighting: 'C' });
    const samples = sine(440, 0.5, 2000, RATE);
    const first = ticksOf(samples, meter, []);
    meter.add(samples, 0, 100);
    expect(ticksOf(samples, meter, [])).toEqual(first);
  });

  it('counts, sums and finds peaks', () => {
    const meter = new LevelMeter(RATE, FAST_A);
    const tick = new Float64Array(TICK_FIELDS);
    meter.start(0);
    meter.add(Float32Array.of(0.5, -1, 0.25, 32767 / 32768, 0.9999, -0.125), 0, 6);
    meter.endTick(tick);
    expect(tick[TICK.sampleCount]).toBe(6);
    expect(tick[TICK.peak]).toBe(1);
    expect(tick[TICK.clipped]).toBe(2);
    expect(tick[TICK.sumZ]).toBeCloseTo(
      0.25 + 1 + 0.0625 + (32767 / 32768) ** 2 + 0.9999 ** 2 + 0.125 ** 2,
      6,
    );
    expect(tick[TICK.fastEnd]).toBeLessThanOrEqual(tick[TICK.fastMax]!);
  });

  it('comes to rest in silence, and stays there', () => {
    const meter = new LevelMeter(RATE, { ...FAST_A, triggerWeighting: 'Z' });
    const sound = sine(1000, 0.5, 4410, RATE);
    const silence = ticksOf(
      Float32Array.from({ length: 12 * RATE }, (_, i) => sound[i] ?? 0),
      meter,
      [],
    );
    const last = silence.slice(-TICK_FIELDS);
    expect(
      [TICK.sumA, TICK.sumZ, TICK.fastMax, TICK.peakC, TICK.peak, TICK.trigger].map(at => last[at]),
    ).toEqual(Array(6).fill(0));
  });
});
