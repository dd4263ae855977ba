import { describe, expect, it } from 'vitest';
import { checkChunk } from './check-chunk.js';
import type { SoundChunk } from './sensor-records.js';

const chunk = (fields: Partial<SoundChunk>): SoundChunk => ({
  streamId: 'a recorder',
  firstSample: 100,
  startTimeUs: 0,
  sampleRateHz: 8000,
  calibrationDbSpl: null,
  samples: new Float32Array(10),
  endOfStream: false,
  ...fields,
});

describe('a chunk', () => {
  it.each([
    ['sample rate', { sampleRateHz: 7999 }],
    ['first sample', { firstSample: -1 }],
    ['first sample', { firstSample: Number.MAX_SAFE_INTEGER }],
    ['start time', { startTimeUs: 0.5 }],
    ['calibration', { calibrationDbSpl: Number.NaN }],
  ] as const)('is refused for its %s', (what, fields) => {
    expect(() => checkChunk(chunk(fields))).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID', message: expect.stringContaining(what) }),
    );
  });

  it('is refused for a sample that is no number, wherever it is', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (let length = 1; length < 10; length++) {
        for (let at = 0; at < length; at++) {
          const samples = new Float32Array(length).fill(3e38);
          expect(() => checkChunk(chunk({ samples }))).not.toThrow();
          samples[at] = bad;
          expect(() => checkChunk(chunk({ samples }))).toThrow(
            expect.objectContaining({ code: 'AUDIO_NOT_FINITE' }),
          );
        }
      }
    }
  });

  it('is not looked through when its maker vouches for it', () => {
    const samples = Float32Array.of(Number.NaN);
    expect(() => checkChunk(chunk({ samples, finite: true }))).not.toThrow();
  });
});
