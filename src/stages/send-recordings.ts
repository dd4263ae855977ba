import type { Producer } from '../broker/port.js';
import { readSound } from './read-sound.js';
import { type SendSoundOptions, sendSound } from './send-sound.js';
import { soundChunks } from './sound-chunks.js';

/** A file that is to be sent. */
export interface Recording {
  readonly file: string;
  readonly durationSecs: number;
}

export interface SendRecordingsOptions extends Omit<SendSoundOptions, 'onSent'> {
  readonly sensor: string;
  readonly chunkMs: number;
  readonly calibrationDbSpl: number | null;
  readonly endOfStream: boolean;
  /** Event time of the first sample of the first recording. */
  readonly startTimeUs: number;
  /** Each call gives another one. */
  readonly newStreamId: () => string;
  readonly onProgress: (sentSecs: number, recording: Recording) => void;
}

export interface SentRecording extends Recording {
  readonly streamId: string;
  readonly startTimeUs: number;
  readonly chunks: number;
}

/**
 * Reads recordings to see that all of them can be sent, and keeps nothing but their lengths: together they may be larger
 * than memory.
 * @throws PlantsenseError as `readSound`
 */
export async function measureRecordings(files: readonly string[]): Promise<readonly Recording[]> {
  const recordings: Recording[] = [];
  for (const file of files) {
    const { samples, sampleRateHz } = await readSound(file);
    recordings.push({ file, durationSecs: samples.length / sampleRateHz });
  }
  return recordings;
}

/**
 * Sends recordings of one sensor, each as a stream of its own, one after the other in time.
 * @throws what `Producer.send` throws, and the reason of `signal` when it aborts
 */
export async function sendRecordings(
  producer: Producer,
  recordings: readonly Recording[],
  options: SendRecordingsOptions,
): Promise<readonly SentRecording[]> {
  const { sensor, chunkMs, calibrationDbSpl, endOfStream, newStreamId, onProgress, signal } = options;
  const sent: SentRecording[] = [];
  let sentSecs = 0;
  for (const recording of recordings) {
    const streamId = newStreamId();
    const startTimeUs = options.startTimeUs + Math.round(sentSecs * 1e6);
    const stream = { sensor, streamId, startTimeUs, chunkMs, calibrationDbSpl, endOfStream };
    let chunks = 0;
    await sendSound(producer, soundChunks(await readSound(recording.file), stream), endOfStream, {
      ...options,
      onSent: ({ firstSample, sampleRateHz }) => {
        chunks += 1;
        onProgress(sentSecs + firstSample / sampleRateHz, recording);
      },
    });
    signal.throwIfAborted();
    sent.push({ ...recording, streamId, startTimeUs, chunks });
    sentSecs += recording.durationSecs;
  }
  return sent;
}
