import type { Sound } from '../audio/audio-file.js';
import { encodePcm } from '../audio/pcm.js';
import { SampleClock } from '../audio/sample-clock.js';
import type { AudioChunk } from '../records/types.js';

const FLOAT_BYTES = 4;

export interface RecordingStream {
  readonly sensor: string;
  readonly streamId: string;
  /** Event time of the first sample. */
  readonly startTimeUs: number;
  /** Length of a chunk; the last may be shorter. */
  readonly chunkMs: number;
  readonly calibrationDbSpl: number | null;
  /** Whether the last chunk ends the stream and closes what is open. */
  readonly endOfStream: boolean;
}

/** A recording as the chunks that a recorder would have sent, mono, 32-bit float. */
export function* soundChunks(
  { samples, sampleRateHz }: Sound,
  { chunkMs, startTimeUs, endOfStream, ...stream }: RecordingStream,
): Generator<AudioChunk> {
  const clock = new SampleClock(startTimeUs, sampleRateHz);
  const length = Math.max(1, Math.round((chunkMs * sampleRateHz) / 1000));
  for (let firstSample = 0; firstSample < samples.length; firstSample += length) {
    const part = samples.subarray(firstSample, firstSample + length);
    yield {
      ...stream,
      firstSample,
      startTimeUs: clock.timeOf(firstSample),
      sampleRateHz,
      channels: 1,
      encoding: 'F32LE',
      endOfStream: endOfStream && firstSample + length >= samples.length,
      samples: encodePcm(part, 'f32le'),
    };
  }
}

/** The chunk that ends a stream early: without samples, right after `last`. */
export function endOfStreamAfter(last: AudioChunk): AudioChunk {
  const firstSample = last.firstSample + last.samples.length / FLOAT_BYTES;
  return {
    ...last,
    firstSample,
    startTimeUs: SampleClock.of(last).timeOf(firstSample),
    endOfStream: true,
    samples: new Uint8Array(0),
  };
}
