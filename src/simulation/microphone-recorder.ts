import { encodePcm } from '../audio/pcm.js';
import { samplesToUs } from '../audio/sample-clock.js';
import type { OutgoingMessage } from '../broker/port.js';
import { codec } from '../records/codec.js';
import type { AudioChunk } from '../records/types.js';
import { type PlantRecorder, simulatedStreamId } from './plant-recorder.js';
import { type MicrophoneSpec, type SimulatedChunk, simulatedMicrophone } from './simulated-microphone.js';

/** Sends each chunk of a simulated microphone when its last sample has been taken. */
export class MicrophoneRecorder implements PlantRecorder {
  readonly medium = 'sound';
  readonly #spec: MicrophoneSpec;
  readonly #startUs: number;
  readonly #chunks: Generator<SimulatedChunk, never>;
  #next: SimulatedChunk;
  #nextSample = 0;
  #clockErrorUs = 0;

  constructor(spec: MicrophoneSpec, startUs: number, seed: number) {
    this.#spec = spec;
    this.#startUs = startUs;
    this.#chunks = simulatedMicrophone(spec, seed);
    this.#next = this.#chunks.next().value;
  }

  get dueUs(): number {
    return this.#startUs + this.#next.dueUs;
  }

  async take(): Promise<OutgoingMessage> {
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
      streamId: simulatedStreamId(this.#startUs),
      startTimeUs,
      sampleRateHz,
      calibrationDbSpl,
      channels: 1,
      encoding: 'S16LE',
    });
    return { key: sensor, value, timestampMs: Math.floor(startTimeUs / 1000) };
  }
}
