import type { Producer } from '../../src/broker/port.js';
import { Random } from '../../src/random.js';
import { codec } from '../../src/records/codec.js';

export const START_US = 1_767_225_603_250_000;

export interface Burst {
  readonly atSecs: number;
  readonly durationSecs: number;
  readonly amplitude: number;
  readonly frequencyHz: number;
}

/** Quiet noise with loud bursts, the same for the same seed. */
export function recording(
  seconds: number,
  sampleRateHz: number,
  bursts: readonly Burst[],
  seed: number,
): Int16Array {
  const random = new Random(seed);
  const samples = new Int16Array(Math.round(seconds * sampleRateHz));
  for (let i = 0; i < samples.length; i++) samples[i] = Math.round(random.normal() * 20);
  for (const { atSecs, durationSecs, amplitude, frequencyHz } of bursts) {
    const first = Math.round(atSecs * sampleRateHz);
    const last = Math.min(samples.length, first + Math.round(durationSecs * sampleRateHz));
    for (let i = first; i < last; i++) {
      const tone = Math.sin((2 * Math.PI * frequencyHz * i) / sampleRateHz);
      samples[i] = Math.round(samples[i]! + amplitude * 32767 * tone * (0.7 + 0.3 * random.next()));
    }
  }
  return samples;
}

/** Bursts at random places, for a recording of `seconds`. */
export function randomBursts(seconds: number, seed: number): Burst[] {
  const random = new Random(seed);
  const bursts: Burst[] = [];
  for (let at = 2; at < seconds - 4; at += 3 + 6 * random.next()) {
    bursts.push({
      atSecs: at,
      durationSecs: 0.4 + 2 * random.next(),
      amplitude: 0.2 + 0.5 * random.next(),
      frequencyHz: 200 * (1 + random.int(4) * 3),
    });
  }
  return bursts;
}

export interface Chunk {
  readonly sensor: string;
  readonly startTimeUs: number;
  readonly value: Uint8Array;
}

/**
 * A recording as encoded chunks.
 * @param cuts lengths of the chunks in samples, used in turn
 */
export function chunksOf(
  sensor: string,
  samples: Int16Array,
  sampleRateHz: number,
  cuts: readonly number[],
  startUs = START_US,
): Chunk[] {
  const chunks: Chunk[] = [];
  let first = 0;
  for (let n = 0; first < samples.length; n++) {
    const last = Math.min(samples.length, first + cuts[n % cuts.length]!);
    const startTimeUs = startUs + Math.round((first / sampleRateHz) * 1e6);
    const piece = samples.slice(first, last);
    const value = codec('audio-chunk').encode({
      sensor,
      streamId: 'stream-1',
      firstSample: first,
      startTimeUs,
      sampleRateHz,
      channels: 1,
      encoding: 'S16LE',
      calibrationDbSpl: null,
      endOfStream: last === samples.length,
      samples: new Uint8Array(piece.buffer),
    });
    chunks.push({ sensor, startTimeUs, value });
    first = last;
  }
  return chunks;
}

/** Chunks of several sensors in the order of their time, as they arrive. */
export function merged(streams: readonly (readonly Chunk[])[]): Chunk[] {
  return streams.flat().sort((a, b) => a.startTimeUs - b.startTimeUs || (a.sensor < b.sensor ? -1 : 1));
}

export async function sendChunks(producer: Producer, topic: string, chunks: readonly Chunk[]): Promise<void> {
  for (let i = 0; i < chunks.length; i += 50) {
    await producer.send(
      topic,
      chunks.slice(i, i + 50).map(({ sensor, startTimeUs, value }) => ({
        key: sensor,
        value,
        timestampMs: Math.floor(startTimeUs / 1000),
      })),
    );
  }
}
