import { classify, PlantsenseError } from '../errors.js';
import { codec } from '../records/codec.js';
import { tensorBytes } from '../records/tensor-bytes.js';
import type { ImageFrame } from '../records/types.js';
import { decodeImage } from '../vision/decode-image.js';
import type { FramePlace } from '../vision/frame-order.js';
import type { Image } from '../vision/image.js';
import type { ImageEncoder } from '../vision/image-encoder.js';
import { checkImageSize, type ImageLimits } from '../vision/image-limits.js';
import { rawImage } from '../vision/raw-image.js';
import { type SensorTable, settingsOf } from './sensor-settings.js';

/** Which picture it was. */
export interface FrameOrigin extends FramePlace {
  readonly timeUs: number;
}

/** What became of a message. */
export interface EncodedFrame {
  readonly origin: FrameOrigin;
  /** The features record; null for the end of a stream without a picture. */
  readonly features: Uint8Array | null;
}

/** A message that can never be processed. */
export interface RefusedFrame {
  /** null when the message can't be read at all. */
  readonly origin: FrameOrigin | null;
  readonly code: PlantsenseError['code'];
  readonly message: string;
}

/** Decoded pictures that lie in memory at once, beyond the first: some 200 MB of RGB. */
const PIXELS_AT_ONCE = 64e6;

interface Parsed {
  readonly frame: ImageFrame;
  readonly at: number;
}

/** Makes features records of the pictures in messages. */
export class FrameEncoder {
  readonly #encoder: ImageEncoder;
  readonly #sensors: SensorTable;
  readonly #limits: ImageLimits;

  constructor(encoder: ImageEncoder, sensors: SensorTable, limits: ImageLimits) {
    this.#encoder = encoder;
    this.#sensors = sensors;
    this.#limits = limits;
  }

  /** An answer for each message; a picture that can't be used spoils no other one. */
  async encode(messages: readonly Uint8Array[]): Promise<(EncodedFrame | RefusedFrame)[]> {
    const answers = new Array<EncodedFrame | RefusedFrame>(messages.length);
    const pictures: Parsed[] = [];
    messages.forEach((bytes, at) => {
      let frame: ImageFrame | null = null;
      try {
        frame = codec('image-frame').decode(bytes);
        settingsOf(this.#sensors, frame.sensor);
        if (frame.picture.length === 0) answers[at] = { origin: originOf(frame), features: null };
        else pictures.push({ frame, at });
      } catch (error) {
        answers[at] = refused(frame, error);
      }
    });
    for (const group of groupsOf(pictures)) await this.#encodeGroup(group, answers);
    return answers;
  }

  async #encodeGroup(group: readonly Parsed[], answers: (EncodedFrame | RefusedFrame)[]): Promise<void> {
    const decoded: { readonly parsed: Parsed; readonly image: Image }[] = [];
    const images = await Promise.all(
      group.map(({ frame }) =>
        decodeFrame(frame, this.#limits).catch((error: unknown) => refused(frame, error)),
      ),
    );
    group.forEach((parsed, i) => {
      const image = images[i]!;
      if ('code' in image) answers[parsed.at] = image;
      else decoded.push({ parsed, image });
    });
    if (decoded.length === 0) return;
    const encode = async (part: typeof decoded) => {
      const { id, dimensions } = this.#encoder;
      const features = await this.#encoder.encode(part.map(({ image }) => image));
      part.forEach(({ parsed: { frame, at } }, i) => {
        const tensor = features.subarray(i * dimensions, (i + 1) * dimensions);
        answers[at] = encodeRecord(frame, id, tensor);
      });
    };
    try {
      await encode(decoded);
    } catch (error) {
      if (classify(error) !== 'terminal') throw error;
      // One of them has no features. Alone, each gets the same bits.
      for (const each of decoded)
        await encode([each]).catch(thrown => {
          answers[each.parsed.at] = refused(each.parsed.frame, thrown);
        });
    }
  }
}

/** Neighbours that together are no more than may be in memory. */
function groupsOf(pictures: readonly Parsed[]): readonly (readonly Parsed[])[] {
  const groups: Parsed[][] = [];
  let pixels = Number.POSITIVE_INFINITY;
  for (const parsed of pictures) {
    const { width, height } = parsed.frame;
    pixels += width * height;
    if (pixels > PIXELS_AT_ONCE) {
      groups.push([]);
      pixels = width * height;
    }
    groups.at(-1)!.push(parsed);
  }
  return groups;
}

/**
 * The picture of a frame. Its record must not announce less than it takes: memory is planned by the record.
 * @throws PlantsenseError IMAGE_*; RECORD_INVALID when the picture has another size than its record says
 */
async function decodeFrame(frame: ImageFrame, limits: ImageLimits): Promise<Image> {
  const { encoding, width, height, picture } = frame;
  checkImageSize(width, height, limits);
  if (encoding === 'GRAY8' || encoding === 'RGB8' || encoding === 'GRAY16')
    return rawImage(encoding, width, height, picture, limits);
  const image = await decodeImage(picture, { ...limits, maxPixels: width * height }).catch(error => {
    if (error instanceof PlantsenseError && error.code === 'IMAGE_TOO_LARGE')
      throw otherSize(frame, 'is larger');
    throw error;
  });
  if (image.width !== width || image.height !== height)
    throw otherSize(frame, `has ${image.width} × ${image.height}`);
  return image;
}

function otherSize({ width, height }: ImageFrame, what: string): PlantsenseError {
  return new PlantsenseError(
    'RECORD_INVALID',
    `The image-frame record is wrong in width or height: it says ${width} × ${height}, and the picture ${what}.`,
  );
}

function encodeRecord(frame: ImageFrame, encoder: string, tensor: Float32Array): EncodedFrame | RefusedFrame {
  const { frameId, sensor, timeUs, nearLabel } = frame;
  try {
    const features = codec('image-features').encode({
      ...{ frameId, sensor, timeUs, encoder, nearLabel },
      shape: [tensor.length],
      tensor: tensorBytes(tensor),
    });
    return { origin: originOf(frame), features };
  } catch (error) {
    return refused(frame, error);
  }
}

function originOf({ sensor, streamId, frameIndex, timeUs }: ImageFrame): FrameOrigin {
  return { sensor, streamId, frameIndex, timeUs };
}

/** @throws what is no fault of the message */
function refused(frame: ImageFrame | null, error: unknown): RefusedFrame {
  if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
  return { origin: frame && originOf(frame), code: error.code, message: error.message };
}
