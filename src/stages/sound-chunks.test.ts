import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePcm } from '../audio/pcm.js';
import { codec } from '../records/codec.js';
import { endOfStreamAfter, type RecordingStream, soundChunks } from './sound-chunks.js';

const STREAM: RecordingStream = {
  sensor: 'mic-1',
  streamId: 's',
  startTimeUs: 1_767_225_600_000_000,
  chunkMs: 100,
  calibrationDbSpl: null,
  endOfStream: true,
};

const soundOf = (length: number, sampleRateHz: number) => ({
  sampleRateHz,
  channels: 1,
  samples: Float32Array.from({ length }, (_, i) => Math.sin(i)),
});

describe('the chunks of a recording', () => {
  it('are the recording, sample by sample and in time, and only the last ends the stream', () => {
    const rates = fc.constantFrom(8000, 22_050, 44_100);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9000 }),
        rates,
        fc.integer({ min: 1, max: 500 }),
        (n, rate, chunkMs) => {
          const sound = soundOf(n, rate);
          const chunks = [...soundChunks(sound, { ...STREAM, chunkMs })];
          let count = 0;
          for (const chunk of chunks) {
            expect(chunk.firstSample).toBe(count);
            expect(chunk.startTimeUs - STREAM.startTimeUs).toBe(Math.round((count * 1e6) / rate));
            const samples = decodePcm(chunk.samples, 'f32le');
            expect(samples).toEqual(sound.samples.subarray(count, count + samples.length));
            count += samples.length;
            expect(chunk.endOfStream).toBe(count === n);
          }
          expect(count).toBe(n);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('leave the stream open when it is to go on', () => {
    const chunks = [...soundChunks(soundOf(1000, 8000), { ...STREAM, endOfStream: false })];
    expect(chunks.some(({ endOfStream }) => endOfStream)).toBe(false);
  });

  it('can be ended early by one without samples, where the last has ended', () => {
    const [first] = soundChunks(soundOf(44_100, 44_100), { ...STREAM, chunkMs: 333 });
    const end = endOfStreamAfter(first!);
    expect(end).toMatchObject({ firstSample: 14_685, endOfStream: true });
    expect(end.startTimeUs - STREAM.startTimeUs).toBe(332_993);
    // A consumer takes it.
    expect(codec('audio-chunk').decode(codec('audio-chunk').encode(end)).samples).toHaveLength(0);
  });
});
