import { describe, expect, it } from 'vitest';
import type { LastChunk } from './chunk-order.js';
import { orderOf } from './chunk-order.js';
import { SampleClock, samplesToUs } from './sample-clock.js';
import type { SoundChunk } from './sensor-records.js';

const RATE = 8_000;
const START_US = 1_700_000_000_000_000;
const JUMP_US = 500_000;

/** After 8,000 samples since START_US. */
const last: LastChunk = {
  streamId: 's',
  sampleRateHz: RATE,
  calibrationDbSpl: null,
  clock: new SampleClock(START_US, RATE),
  nextSample: 8_000,
};

/** A chunk of 4,000 samples whose time is `lateUs` after what its first sample says. */
function chunk(firstSample: number, lateUs = 0, change: Partial<SoundChunk> = {}): SoundChunk {
  return {
    streamId: 's',
    firstSample,
    startTimeUs: START_US + samplesToUs(firstSample, RATE) + lateUs,
    sampleRateHz: RATE,
    calibrationDbSpl: null,
    samples: new Float32Array(4_000),
    endOfStream: false,
    ...change,
  };
}

const order = (...args: Parameters<typeof chunk>) => orderOf(chunk(...args), last, JUMP_US);

describe('the place of a chunk', () => {
  it('is told by the sample count while the time agrees', () => {
    expect(order(8_000)).toEqual({ kind: 'next', skip: 0 });
    expect(order(8_000, 400_000)).toEqual({ kind: 'next', skip: 0 });
    expect(order(6_000)).toEqual({ kind: 'next', skip: 2_000 });
    expect(order(4_000)).toEqual({ kind: 'duplicate' });
    expect(order(0, -300_000)).toEqual({ kind: 'duplicate' });
    expect(order(9_000)).toEqual({ kind: 'gap', missing: 1_000 });
  });

  it('tells a jump of the clock, forward and backward', () => {
    expect(order(8_000, 2e6)).toEqual({ kind: 'clock_jump', skip: 0, missing: 0, jumpUs: 2e6 });
    expect(order(8_000, -3600e6)).toEqual({ kind: 'clock_jump', skip: 0, missing: 0, jumpUs: -3600e6 });
    expect(order(9_000, 2e6)).toEqual({ kind: 'clock_jump', skip: 0, missing: 1_000, jumpUs: 2e6 });
  });

  it('tells a recorder that counts anew from old sound that comes late', () => {
    // The same numbers, later in time.
    expect(order(0, 5e6)).toEqual({ kind: 'count_reset' });
    expect(order(2_000, 5e6)).toEqual({ kind: 'count_reset' });
    // From 0, whatever the time: only a start of the recorder explains it.
    expect(order(0, -60e6)).toEqual({ kind: 'count_reset' });
    // Numbers and time both of the past.
    expect(order(2_000, -60e6)).toEqual({ kind: 'stale' });
    expect(order(6_000, -60e6)).toEqual({ kind: 'clock_jump', skip: 2_000, missing: 0, jumpUs: -60e6 });
  });

  it('tells changes of the stream', () => {
    expect(order(0, 0, { streamId: 't' })).toEqual({ kind: 'stream_change' });
    expect(order(8_000, 0, { sampleRateHz: 16_000 })).toEqual({ kind: 'rate_change' });
    expect(order(8_000, 0, { calibrationDbSpl: 120 })).toEqual({ kind: 'calibration_change' });
    // A duplicate stays one.
    expect(order(4_000, 0, { calibrationDbSpl: 120 })).toEqual({ kind: 'duplicate' });
  });
});
