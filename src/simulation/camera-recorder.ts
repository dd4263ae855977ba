import sharp from 'sharp';
import type { OutgoingMessage } from '../broker/port.js';
import { codec } from '../records/codec.js';
import { originId } from '../records/ids.js';
import type { ImageFrame } from '../records/types.js';
import { type PlantRecorder, simulatedStreamId } from './plant-recorder.js';
import {
  type CameraSpec,
  type PictureKind,
  type SimulatedFrame,
  simulatedCamera,
} from './simulated-camera.js';

/** A picture that is about to be sent, and what is on it. */
export interface TakenPicture {
  readonly sensor: string;
  readonly frameId: string;
  readonly timeUs: number;
  readonly truth: PictureKind;
}

export type TellTruth = (picture: TakenPicture) => void;

/** Of a file that is cut short this much is left. */
const LEFT_SHARE = 0.4;

/** Sends each frame of a simulated camera, as a JPEG file, when it was taken. */
export class CameraRecorder implements PlantRecorder {
  readonly medium = 'images';
  readonly #spec: CameraSpec;
  readonly #startUs: number;
  readonly #frames: Generator<SimulatedFrame, never>;
  readonly #tellTruth: TellTruth;
  #next: SimulatedFrame;
  #nextIndex = 0;

  constructor(spec: CameraSpec, startUs: number, seed: number, tellTruth: TellTruth) {
    this.#spec = spec;
    this.#startUs = startUs;
    this.#tellTruth = tellTruth;
    this.#frames = simulatedCamera(spec, seed);
    this.#next = this.#frames.next().value;
  }

  get dueUs(): number {
    return this.#startUs + this.#next.dueUs;
  }

  async take(): Promise<OutgoingMessage> {
    const { frameIndex, clockUs, pixels, truncated, truth, nearLabel } = this.#next;
    this.#next = this.#frames.next().value;
    this.#nextIndex = frameIndex + 1;
    const file = await jpeg(pixels, this.#spec.sizePx);
    const picture = truncated ? file.subarray(0, Math.round(LEFT_SHARE * file.length)) : file;
    const timeUs = this.#startUs + clockUs;
    this.#tellTruth({ sensor: this.#spec.sensor, frameId: this.#frameId(frameIndex), timeUs, truth });
    return this.#message({ frameIndex, timeUs, picture, nearLabel, endOfStream: false });
  }

  end(): OutgoingMessage {
    const frameIndex = this.#nextIndex;
    const timeUs = this.#startUs + Math.round(frameIndex * this.#spec.everySecs * 1e6);
    const picture = new Uint8Array(0);
    return this.#message({ frameIndex, timeUs, picture, nearLabel: null, endOfStream: true });
  }

  #frameId(frameIndex: number): string {
    return originId('frame', this.#spec.sensor, simulatedStreamId(this.#startUs), frameIndex);
  }

  #message(
    frame: Pick<ImageFrame, 'frameIndex' | 'timeUs' | 'picture' | 'nearLabel' | 'endOfStream'>,
  ): OutgoingMessage {
    const { sensor, sizePx } = this.#spec;
    const value = codec('image-frame').encode({
      ...frame,
      sensor,
      streamId: simulatedStreamId(this.#startUs),
      frameId: this.#frameId(frame.frameIndex),
      width: sizePx,
      height: sizePx,
      encoding: 'JPEG',
    });
    return { key: sensor, value, timestampMs: Math.floor(frame.timeUs / 1000) };
  }
}

/** A grey picture as line cameras send it. The same pixels give the same bytes. */
function jpeg(pixels: Uint8Array, sizePx: number): Promise<Uint8Array> {
  const raw = { width: sizePx, height: sizePx, channels: 1 } as const;
  return sharp(pixels, { raw }).toColourspace('b-w').jpeg({ quality: 90 }).toBuffer();
}
