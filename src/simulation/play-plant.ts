import { encodePcm } from '../audio/pcm.js';
import { samplesToUs } from '../audio/sample-clock.js';
import type { OutgoingMessage } from '../broker/port.js';
import { Random } from '../random.js';
import { codec } from '../records/codec.js';
import type { AudioChunk } from '../records/types.js';
import { type MicrophoneSpec, type SimulatedChunk, simulatedMicrophone } from './simulated-microphone.js';

/** Time as the plant has it. */
export interface PlantClock {
  /** µs since the epoch, whole. */
  nowUs(): number;
  /** Resolves at that time, or when `signal` aborts. */
  until(timeUs: number, signal: AbortSignal): Promise<void>;
}

export interface PlayOptions {
  readonly microphones: readonly MicrophoneSpec[];
  /** The same seed gives the same sounds. */
  readonly seed: number;
  readonly clock: PlantClock;
  /** Sends messages of audio chunks; resolves when they are durable. */
  readonly send: (messages: readonly OutgoingMessage[]) => Promise<void>;
  /** Ends the recordings, with an end-of-stream chunk each. */
  readonly signal: AbortSignal;
}

/** Recorders that are behind by this much start anew: the machine slept, or is too slow for so many. */
const TOO_LATE_US = 10_000_000;
/** Chunks of one call of `send`. */
const BATCH = 64;

/** Runs the recorders of all microphones, each chunk sent when its last sample has been taken, until `signal` aborts. */
export async function playPlant(options: PlayOptions): Promise<void> {
  for (let session = 0; !options.signal.aborted; session++) await playSession(options, session);
}

/**
 * The seed of each microphone, from that of the plant.
 * @param session how often the recorders were started before
 */
export function microphoneSeeds(seed: number, session: number, count: number): number[] {
  const random = new Random(seed + session * 2 ** 32);
  return Array.from({ length: count }, () => random.uint32());
}

/** From a start of the recorders to their end, or to when they have fallen too far behind. */
async function playSession(
  { microphones, seed, clock, send, signal }: PlayOptions,
  session: number,
): Promise<void> {
  const seeds = microphoneSeeds(seed, session, microphones.length);
  const startUs = clock.nowUs();
  const recorders = microphones.map((spec, i) => {
    // In turns, so that not all chunks come at the same moment.
    const offsetUs = Math.round((i / microphones.length) * spec.chunkSecs * 1e6);
    return new Recorder(spec, startUs + offsetUs, seeds[i]!);
  });
  while (!signal.aborted) {
    const nextUs = Math.min(...recorders.map(({ dueUs }) => dueUs));
    await clock.until(nextUs, signal);
    const nowUs = clock.nowUs();
    if (nowUs - nextUs > TOO_LATE_US) break;
    const due: OutgoingMessage[] = [];
    for (const recorder of recorders)
      while (recorder.dueUs <= nowUs && due.length < BATCH) due.push(recorder.take());
    if (due.length > 0) await send(due);
  }
  await send(recorders.map(recorder => recorder.end()));
}

/** One microphone's recorder, from its start to its end. */
class Recorder {
  readonly #spec: MicrophoneSpec;
  readonly #startUs: number;
  readonly #streamId: string;
  readonly #chunks: Generator<SimulatedChunk, never>;
  #next: SimulatedChunk;
  #nextSample = 0;
  #clockErrorUs = 0;

  constructor(spec: MicrophoneSpec, startUs: number, seed: number) {
    this.#spec = spec;
    this.#startUs = startUs;
    this.#streamId = `simulated-${startUs.toString(36)}`;
    this.#chunks = simulatedMicrophone(spec, seed);
    this.#next = this.#chunks.next().value;
  }

  get dueUs(): number {
    return this.#startUs + this.#next.dueUs;
  }

  take(): OutgoingMessage {
    const { firstSample, clockUs, samples } = this.#next;
    this.#nextSample = firstSample + samples.length;
    this.#clockErrorUs = clockUs - samplesToUs(firstSample, this.#spec.sampleRateHz);
    this.#next = this.#chunks.next().value;
    return this.#message({ firstSample, clockUs, samples: encodePcm(samples, 's16le'), endOfStream: false });
  }

  end(): OutgoingMessage {
    const firstSample = this.#nextSample;
    const clockUs = this.#clockErrorUs + samplesToUs(firstSample, this.#spec.sampleRateHz);
    return this.#message({ firstSample, clockUs, samples: new Uint8Array(0), endOfStream: true });
  }

  #message({
    clockUs,
    ...chunk
  }: Pick<AudioChunk, 'firstSample' | 'samples' | 'endOfStream'> & {
    readonly clockUs: number;
  }): OutgoingMessage {
    const { sensor, sampleRateHz, calibrationDbSpl } = this.#spec;
    const startTimeUs = this.#startUs + clockUs;
    const value = codec('audio-chunk').encode({
      ...chunk,
      sensor,
      streamId: this.#streamId,
      startTimeUs,
      sampleRateHz,
      calibrationDbSpl,
      channels: 1,
      encoding: 'S16LE',
    });
    return { key: sensor, value, timestampMs: Math.floor(startTimeUs / 1000) };
  }
}
