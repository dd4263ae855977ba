import type { Producer } from '../broker/port.js';
import { type ErrorCode, PlantsenseError } from '../errors.js';
import { readBytes } from '../files.js';
import { codec } from '../records/codec.js';
import { originId } from '../records/ids.js';
import type { ImageFrame } from '../records/types.js';
import { type ImageFormat, imageFormat } from '../vision/image-format.js';
import { readImage } from './read-image.js';
import { type Paced, type PaceOptions, sendPaced } from './send-paced.js';

/** A file that is to be sent. */
export interface Picture {
  readonly path: string;
  readonly nearLabel: string | null;
  readonly encoding: ImageFormat;
  readonly width: number;
  readonly height: number;
  /** Of the file. */
  readonly bytes: number;
}

export interface SendImagesOptions extends Omit<PaceOptions<ImageFrame>, 'onSent'> {
  readonly sensor: string;
  readonly streamId: string;
  /** Event time of the first picture. */
  readonly startTimeUs: number;
  /** Pictures a second, in event time. */
  readonly rateHz: number;
  /** Whether the last one ends the stream. */
  readonly endOfStream: boolean;
  readonly onSent: (frame: ImageFrame, picture: Picture) => void;
}

/** What a record adds to its picture: ids, names, a near-label; and what a broker adds to a message. */
const MESSAGE_OVERHEAD_BYTES = 4096;
/** Files that an error names; of the others it says how many there are. */
const NAMED = 5;

/**
 * Reads pictures to see that all of them can be sent, and keeps nothing of their pixels: together they may be larger than
 * memory.
 * @param nearLabels of each file
 * @param maxMessageBytes what the topic takes
 * @throws PlantsenseError as `readImage`, and MESSAGE_TOO_LARGE: of the first file that can't be sent; the message names more
 */
export async function measureImages(
  paths: readonly string[],
  nearLabels: readonly (string | null)[],
  maxMessageBytes: number,
  onProgress: (done: number) => void = () => {},
): Promise<readonly Picture[]> {
  const pictures: Picture[] = [];
  const bad: PlantsenseError[] = [];
  for (const [i, path] of paths.entries()) {
    onProgress(i);
    try {
      const picture = await measure(path, nearLabels[i] ?? null);
      const needed = picture.bytes + MESSAGE_OVERHEAD_BYTES;
      if (needed > maxMessageBytes) throw tooLarge(path, needed, maxMessageBytes);
      pictures.push(picture);
    } catch (error) {
      if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
      bad.push(error);
    }
  }
  const [first, ...more] = bad;
  if (!first) return pictures;
  if (more.length === 0) throw first;
  throw unsendable(first.code, bad, paths.length);
}

async function measure(path: string, nearLabel: string | null): Promise<Picture> {
  const { width, height } = await readImage(path);
  const bytes = await readBytes(path);
  return { path, nearLabel, encoding: imageFormat(bytes), width, height, bytes: bytes.length };
}

function tooLarge(path: string, needed: number, room: number): PlantsenseError {
  return new PlantsenseError(
    'MESSAGE_TOO_LARGE',
    `${path} needs a message of ${needed} bytes, and the topic takes ${room}.`,
  );
}

function unsendable(code: ErrorCode, bad: readonly PlantsenseError[], files: number): PlantsenseError {
  const named = bad.slice(0, NAMED).map(({ message }) => `\n  ${message}`);
  const more = bad.length > NAMED ? `\n  and ${bad.length - NAMED} more.` : '';
  return new PlantsenseError(
    code,
    `${bad.length} of ${files} files can't be sent, so none was:${named.join('')}${more}\n `,
  );
}

/**
 * Sends pictures of one camera as one stream, the files as they are. Stopped early, a stream that was to be ended is ended.
 * @returns how many were sent
 * @throws what `Producer.send` throws
 */
export async function sendImages(
  producer: Producer,
  pictures: readonly Picture[],
  options: SendImagesOptions,
): Promise<number> {
  const { topic, signal, endOfStream, onSent } = options;
  let sent = 0;
  const last = await sendPaced(producer, frames(pictures, options), {
    ...options,
    onSent: frame => {
      onSent(frame, pictures[frame.frameIndex]!);
      sent += 1;
    },
  });
  if (signal.aborted && endOfStream && last && !last.endOfStream)
    await producer.send(topic, [message(frameAfter(last, options))]);
  return sent;
}

async function* frames(
  pictures: readonly Picture[],
  options: SendImagesOptions,
): AsyncGenerator<Paced<ImageFrame>> {
  const { sensor, streamId, startTimeUs, endOfStream } = options;
  for (const [frameIndex, { path, bytes: _bytes, ...picture }] of pictures.entries()) {
    const frame: ImageFrame = {
      ...picture,
      ...{ sensor, streamId, frameIndex },
      frameId: originId('frame', sensor, streamId, frameIndex),
      timeUs: timeOf(frameIndex, options),
      endOfStream: endOfStream && frameIndex === pictures.length - 1,
      picture: await readBytes(path),
    };
    yield { item: frame, message: message(frame), dueUs: frame.timeUs - startTimeUs };
  }
}

/** What ends a stream early: no picture, right after `last`. */
function frameAfter(last: ImageFrame, options: SendImagesOptions): ImageFrame {
  const { sensor, streamId } = last;
  const frameIndex = last.frameIndex + 1;
  return {
    ...last,
    frameIndex,
    frameId: originId('frame', sensor, streamId, frameIndex),
    timeUs: timeOf(frameIndex, options),
    nearLabel: null,
    endOfStream: true,
    picture: new Uint8Array(0),
  };
}

function timeOf(frameIndex: number, { startTimeUs, rateHz }: SendImagesOptions): number {
  return startTimeUs + Math.round((frameIndex * 1e6) / rateHz);
}

function message(frame: ImageFrame) {
  return { key: frame.sensor, value: codec('image-frame').encode(frame) };
}
