import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleClock, samplesToUs } from './sample-clock.js';

const rate = fc.integer({ min: 8_000, max: 192_000 });
/** Up to thirty years at 8 kHz. */
const sample = fc.nat({ max: 8_000 * 86_400 * 365 * 30 });
const time = fc.integer({ min: 1_600_000_000_000_000, max: 1_900_000_000_000_000 });

describe('sample clock', () => {
  it('gets the start of the stream back from any chunk', () => {
    fc.assert(
      fc.property(rate, sample, time, (sampleRateHz, firstSample, startUs) => {
        const startTimeUs = startUs + samplesToUs(firstSample, sampleRateHz);
        expect(SampleClock.of({ firstSample, startTimeUs, sampleRateHz }).zeroUs).toBe(startUs);
      }),
    );
  });

  it('finds the first sample at or after a time', () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: -1e12, max: 1e15 }), time, (sampleRateHz, elapsedUs, zeroUs) => {
        const found = BigInt(new SampleClock(zeroUs, sampleRateHz).firstSampleAt(zeroUs + elapsedUs));
        const wanted = BigInt(elapsedUs) * BigInt(sampleRateHz);
        expect(found * 1_000_000n >= wanted).toBe(true);
        expect((found - 1n) * 1_000_000n < wanted).toBe(true);
      }),
    );
  });

  it('rounds half a microsecond up, as a recorder should', () => {
    expect(samplesToUs(1, 16_000)).toBe(63);
    expect(samplesToUs(2, 16_000)).toBe(125);
    expect(samplesToUs(22_050 * 86_400 * 400 + 1, 22_050)).toBe(86_400 * 400 * 1e6 + 45);
  });
});
