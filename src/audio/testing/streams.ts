/** Recordings as chunks, for the tests of sensor streams. */
import { createHash } from 'node:crypto';
import { samplesToUs } from '../sample-clock.js';
import type { SensorOptions } from '../sensor-options.js';
import type { SensorOutput, SoundChunk } from '../sensor-records.js';
import { SensorStream } from '../sensor-stream.js';
import { concat, sine } from './signals.js';

/** 2023-11-14 22:13:20 UTC: a multiple of ten seconds. */
export const START_US = 1_700_000_000_000_000;

export interface Recording {
  readonly samples: Float32Array;
  readonly sampleRateHz: number;
  readonly streamId?: string;
  readonly startUs?: number;
  /** Number of its first sample. */
  readonly firstSample?: number;
  readonly calibrationDbSpl?: number | null;
}

/** The rate of `tone`. */
export const TONE_RATE = 8_000;

/** A 1 kHz tone whose amplitude changes: pairs of seconds and amplitude. */
export const tone = (...parts: readonly (readonly [secs: number, amplitude: number])[]): Float32Array =>
  concat(...parts.map(([secs, amplitude]) => sine(1000, amplitude, Math.round(secs * TONE_RATE), TONE_RATE)));

/** Samples `[from, to)` of a recording as a chunk. */
export function cutOut(recording: Recording, from: number, to: number, endOfStream = false): SoundChunk {
  const firstSample = (recording.firstSample ?? 0) + from;
  return {
    streamId: recording.streamId ?? 'a',
    firstSample,
    startTimeUs: (recording.startUs ?? START_US) + samplesToUs(firstSample, recording.sampleRateHz),
    sampleRateHz: recording.sampleRateHz,
    calibrationDbSpl: recording.calibrationDbSpl ?? null,
    samples: recording.samples.slice(from, to),
    endOfStream,
  };
}

/** The whole recording, cut at the given places; the last chunk ends the stream when asked for. */
export function cutAt(recording: Recording, places: readonly number[], endOfStream = false): SoundChunk[] {
  const length = recording.samples.length;
  const inner = [...new Set(places)].filter(at => at > 0 && at < length).sort((a, b) => a - b);
  const all = [0, ...inner, length];
  return all.slice(1).map((to, i) => cutOut(recording, all[i]!, to, endOfStream && to === length));
}

/** In chunks of a length. */
export function cutEvery(recording: Recording, length: number, endOfStream = false): SoundChunk[] {
  const count = Math.ceil(recording.samples.length / length);
  return cutAt(
    recording,
    Array.from({ length: count }, (_, i) => i * length),
    endOfStream,
  );
}

/** Pushes all; marks count from `firstMark`. */
export function feed(stream: SensorStream, chunks: readonly SoundChunk[], firstMark = 0): SensorOutput {
  return merge(chunks.map((chunk, i) => stream.push(chunk, firstMark + i)));
}

export function merge(outputs: readonly SensorOutput[]): SensorOutput {
  return {
    levels: outputs.flatMap(({ levels }) => levels),
    events: outputs.flatMap(({ events }) => events),
    notices: outputs.flatMap(({ notices }) => notices),
  };
}

/** Text that is equal only if every bit of every number and sample is. */
export function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_, x) => {
    if (x instanceof Float32Array) {
      return createHash('sha256')
        .update(new Uint8Array(x.buffer, x.byteOffset, x.byteLength))
        .digest('hex');
    }
    return Object.is(x, -0) ? '-0' : x;
  });
}

/**
 * For each of the crashes, given as the number of the last chunk before it: replays from the mark that was held then, and
 * compares what comes after it.
 * @returns a line for each difference
 */
export function replayDifferences(
  options: SensorOptions,
  chunks: readonly SoundChunk[],
  crashes: readonly number[],
): string[] {
  const markOf = (chunk: number): number => 10 + 3 * chunk;
  const undisturbed = new SensorStream(options);
  const held: (number | null)[] = [];
  const outputs = chunks.map((chunk, i) => {
    const output = fingerprint(undisturbed.push(chunk, markOf(i)));
    held.push(undisturbed.holdMark);
    return output;
  });
  outputs.push(fingerprint(undisturbed.close('idle')));
  const differences: string[] = [];
  for (const crash of crashes) {
    const mark = held[crash]!;
    const from = mark === null ? crash + 1 : (mark - 10) / 3;
    const stream = new SensorStream(options);
    for (let i = from; i <= chunks.length; i++) {
      const output = i < chunks.length ? stream.push(chunks[i]!, markOf(i)) : stream.close('idle');
      if (i <= crash) continue;
      const at = `crash after chunk ${crash}, replay from ${from}, chunk ${i}`;
      const got = fingerprint(output);
      if (got !== outputs[i]) differences.push(`${at}: ${got} instead of ${outputs[i]}`);
      if (i < chunks.length && stream.holdMark !== held[i])
        differences.push(`${at}: holds ${stream.holdMark}`);
    }
  }
  return differences;
}
