import { samplesToUs } from '../audio/sample-clock.js';
import { Random } from '../random.js';
import { Background, type BackgroundSpec } from './background.js';
import { clockErrorSecs, type Fault, isUnder, shareOf } from './faults.js';
import { MachineSound } from './machine-sound.js';
import type { MachineSpec } from './machine-spec.js';
import { type HeardSound, type SoundRhythm, soundSchedule, type Visit } from './sound-schedule.js';

export interface MicrophoneSpec {
  readonly sensor: string;
  readonly sampleRateHz: number;
  /** dB SPL of a full-scale sine. */
  readonly calibrationDbSpl: number;
  /** Length of a chunk. */
  readonly chunkSecs: number;
  readonly background: BackgroundSpec;
  readonly heard: readonly HeardSound[];
  readonly rhythm: SoundRhythm;
  readonly faults: readonly Fault[];
  /** The machine that it is fixed to. */
  readonly machine?: MachineSpec;
}

/** What a simulated recorder sends at a time. Times are µs since its start. */
export interface SimulatedChunk {
  readonly firstSample: number;
  /** Time of the first sample by the recorder's clock, which may be wrong. */
  readonly clockUs: number;
  /** True time of the end of the last sample: when the chunk can be sent. */
  readonly dueUs: number;
  /** Full scale ±1. */
  readonly samples: Float32Array;
}

/** Sounds swell and fade for this long, so that pieces cut out of recordings don't click. */
const FADE_SECS = 0.03;

/** The visits of the sounds that this microphone hears: what `simulatedMicrophone` mixes in. */
export function microphoneSchedule(spec: MicrophoneSpec, seed: number): Generator<Visit, void> {
  return soundSchedule(spec.heard, spec.rhythm, {
    sampleRateHz: spec.sampleRateHz,
    seed: seeds(seed).schedule,
  });
}

/**
 * A microphone in a plant: its background, recorded sounds now and then, the machine it is fixed to, and its faults. Chunks
 * without an end, and the same for the same spec and seed; how the sound is cut into chunks doesn't change it.
 */
export function* simulatedMicrophone(spec: MicrophoneSpec, seed: number): Generator<SimulatedChunk, never> {
  const { sampleRateHz, calibrationDbSpl, faults } = spec;
  const chunkSamples = Math.round(spec.chunkSecs * sampleRateHz);
  const background = new Background(spec.background, calibrationDbSpl, sampleRateHz, seeds(seed).background);
  const mixer = new Mixer(microphoneSchedule(spec, seed), Math.round(FADE_SECS * sampleRateHz));
  const machine = spec.machine ? new MachineSound(spec.machine, spec, seeds(seed).machine) : null;
  const again = shareOf(faults, 'duplicates');
  const random = new Random(seeds(seed).duplicates);
  for (let firstSample = 0; ; firstSample += chunkSamples) {
    const samples = new Float32Array(chunkSamples);
    background.fill(samples);
    mixer.add(samples, firstSample);
    machine?.add(samples, firstSample);
    const atSecs = firstSample / sampleRateHz;
    if (isUnder(faults, 'gap', atSecs)) continue;
    if (isUnder(faults, 'silence', atSecs)) samples.fill(0);
    const chunk = {
      firstSample,
      clockUs: samplesToUs(firstSample, sampleRateHz) + Math.round(clockErrorSecs(faults, atSecs) * 1e6),
      dueUs: samplesToUs(firstSample + chunkSamples, sampleRateHz),
      samples,
    };
    yield chunk;
    if (random.next() < again) yield chunk;
  }
}

/** Each part of a microphone has random numbers of its own, so that a change of one leaves the others alone. */
function seeds(seed: number): {
  readonly schedule: number;
  readonly background: number;
  readonly duplicates: number;
  readonly machine: number;
} {
  const random = new Random(seed);
  return {
    schedule: random.uint32(),
    background: random.uint32(),
    duplicates: random.uint32(),
    machine: random.uint32(),
  };
}

/** Adds the scheduled sounds to a stream, chunk by chunk. */
class Mixer {
  readonly #visits: Generator<Visit, void>;
  readonly #fadeSamples: number;
  #visit: Visit | undefined;

  constructor(visits: Generator<Visit, void>, fadeSamples: number) {
    this.#visits = visits;
    this.#fadeSamples = fadeSamples;
    this.#visit = this.#next();
  }

  add(out: Float32Array, firstSample: number): void {
    const end = firstSample + out.length;
    while (this.#visit && this.#visit.firstSample < end) {
      this.#mix(this.#visit, out, firstSample);
      if (this.#visit.firstSample + this.#visit.sampleCount > end) return;
      this.#visit = this.#next();
    }
  }

  #mix(
    { source, recording, recordingStart, gain, ...visit }: Visit,
    out: Float32Array,
    firstSample: number,
  ): void {
    const { samples } = source.recordings[recording]!;
    const from = Math.max(visit.firstSample, firstSample);
    const to = Math.min(visit.firstSample + visit.sampleCount, firstSample + out.length);
    for (let at = from; at < to; at++) {
      const n = at - visit.firstSample;
      const edge = Math.min(n, visit.sampleCount - 1 - n);
      const fade = edge < this.#fadeSamples ? edge / this.#fadeSamples : 1;
      out[at - firstSample]! += gain * fade * samples[recordingStart + n]!;
    }
  }

  #next(): Visit | undefined {
    const { value, done } = this.#visits.next();
    return done ? undefined : value;
  }
}
