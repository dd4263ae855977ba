import type { OutgoingMessage } from '../broker/port.js';
import { Random } from '../random.js';
import { CameraRecorder, type TellTruth } from './camera-recorder.js';
import { MicrophoneRecorder } from './microphone-recorder.js';
import type { PlantMedium, PlantRecorder } from './plant-recorder.js';
import type { CameraSpec } from './simulated-camera.js';
import type { MicrophoneSpec } from './simulated-microphone.js';

/** Time as the plant has it. */
export interface PlantClock {
  /** µs since the epoch, whole. */
  nowUs(): number;
  /** Resolves at that time, or when `signal` aborts. */
  until(timeUs: number, signal: AbortSignal): Promise<void>;
}

export interface PlayOptions {
  readonly microphones: readonly MicrophoneSpec[];
  readonly cameras?: readonly CameraSpec[];
  /** The same seed gives the same sounds and pictures. */
  readonly seed: number;
  readonly clock: PlantClock;
  /** Sends messages of audio chunks, or of image frames; resolves when they are durable. */
  readonly send: (medium: PlantMedium, messages: readonly OutgoingMessage[]) => Promise<void>;
  /** Told what is on each picture, before it is sent. */
  readonly tellTruth?: TellTruth;
  /** Ends the recordings, with an end-of-stream message each. */
  readonly signal: AbortSignal;
}

/** Recorders that are behind by this much start anew: the machine slept, or is too slow for so many. */
const TOO_LATE_US = 10_000_000;
/** Messages of one call of `send`. */
const BATCH = 64;

/** Runs the recorders of all sensors, each message sent when it is due, until `signal` aborts. */
export async function playPlant(options: PlayOptions): Promise<void> {
  for (let session = 0; !options.signal.aborted; session++) await playSession(options, session);
}

/**
 * The seed of each microphone, from that of the plant.
 * @param session how often the recorders were started before
 */
export function microphoneSeeds(seed: number, session: number, count: number): number[] {
  return draw(seed + session * 2 ** 32, count);
}

/** The seed of each camera, as {@link microphoneSeeds}, whatever number of microphones there is. */
export function cameraSeeds(seed: number, session: number, count: number): number[] {
  return draw(-1 - seed - session * 2 ** 32, count);
}

function draw(seed: number, count: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.uint32());
}

/** From a start of the recorders to their end, or to when they have fallen too far behind. */
async function playSession(options: PlayOptions, session: number): Promise<void> {
  const { clock, send, signal } = options;
  const recorders = startRecorders(options, session);
  while (!signal.aborted) {
    const nextUs = Math.min(...recorders.map(({ dueUs }) => dueUs));
    await clock.until(nextUs, signal);
    const nowUs = clock.nowUs();
    if (nowUs - nextUs > TOO_LATE_US) break;
    const due = new Due();
    for (const recorder of recorders)
      while (recorder.dueUs <= nowUs && due.size < BATCH) due.add(recorder.medium, await recorder.take());
    await due.send(send);
  }
  const ends = new Due();
  for (const recorder of recorders) ends.add(recorder.medium, recorder.end());
  await ends.send(send);
}

/** All recorders begin together, each with a delay of its own, so that not all messages come at the same moment. */
function startRecorders(
  { microphones, cameras = [], seed, clock, tellTruth = () => {} }: PlayOptions,
  session: number,
): PlantRecorder[] {
  const startUs = clock.nowUs();
  const turn = (i: number, of: number, everySecs: number) => startUs + Math.round((i / of) * everySecs * 1e6);
  const ofMicrophones = microphoneSeeds(seed, session, microphones.length);
  const ofCameras = cameraSeeds(seed, session, cameras.length);
  return [
    ...microphones.map(
      (spec, i) =>
        new MicrophoneRecorder(spec, turn(i, microphones.length, spec.chunkSecs), ofMicrophones[i]!),
    ),
    ...cameras.map(
      (spec, i) =>
        new CameraRecorder(spec, turn(i, cameras.length, spec.everySecs), ofCameras[i]!, tellTruth),
    ),
  ];
}

/** Messages that can be sent now. */
class Due {
  readonly #messages = new Map<PlantMedium, OutgoingMessage[]>();
  size = 0;

  add(medium: PlantMedium, message: OutgoingMessage): void {
    const messages = this.#messages.get(medium) ?? [];
    this.#messages.set(medium, messages);
    messages.push(message);
    this.size += 1;
  }

  async send(send: PlayOptions['send']): Promise<void> {
    await Promise.all([...this.#messages].map(([medium, messages]) => send(medium, messages)));
  }
}
