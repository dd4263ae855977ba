import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { codec } from '../records/codec.js';
import { tensorFloats } from '../records/tensor-bytes.js';
import type { ImageFrame } from '../records/types.js';
import type { Image } from '../vision/image.js';
import type { ImageEncoder } from '../vision/image-encoder.js';
import { IMAGE_LIMITS } from '../vision/image-limits.js';
import { FrameEncoder } from './frame-encoder.js';
import type { SensorTable } from './sensor-settings.js';
import { bomb, cmyk, file, frame, pixels, SIZE } from './testing/image-frames.js';
import { soundLaneOptions } from './testing/sound-lane-options.js';

const { sensors } = soundLaneOptions();

/** Features that tell width, height and the first pixel; a black picture has none. Keeps the sizes of its batches. */
class CornerEncoder implements ImageEncoder {
  readonly id = 'corner-1';
  readonly dimensions = 3;
  readonly batches: number[] = [];

  async encode(images: readonly Image[]): Promise<Float32Array> {
    this.batches.push(images.length);
    if (images.some(({ data }) => data[0] === 0))
      throw new PlantsenseError('IMAGE_INVALID', 'A picture is black.');
    return Float32Array.from(images.flatMap(({ width, height, data }) => [width, height, data[0]!]));
  }

  dispose(): void {}
}

const raw = (frameIndex: number, brightness: number, changes: Partial<ImageFrame> = {}) =>
  frame(frameIndex, {
    ...{ encoding: 'GRAY8', width: 2, height: 2, picture: new Uint8Array(4).fill(brightness) },
    ...changes,
  });

/** Features of each frame, or why it has none. */
async function encode(
  frames: readonly (ImageFrame | Uint8Array)[],
  table: SensorTable = sensors,
  encoder = new CornerEncoder(),
  maxPixels = IMAGE_LIMITS.maxPixels,
) {
  const limits = { ...IMAGE_LIMITS, maxPixels };
  const messages = frames.map(each =>
    each instanceof Uint8Array ? each : codec('image-frame').encode(each),
  );
  const answers = await new FrameEncoder(encoder, table, limits).encode(messages);
  return answers.map(answer => {
    if ('code' in answer) return answer.code;
    return answer.features && [...tensorFloats(codec('image-features').decode(answer.features).tensor)];
  });
}

describe('the pictures of messages', () => {
  it('become features, whatever they are written in', async () => {
    const wide = { encoding: 'GRAY16', picture: Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0) } as const;
    const rgb = { encoding: 'RGB8', picture: new Uint8Array(12).fill(7) } as const;
    expect(
      await encode([
        frame(0, { picture: await file('jpeg', pixels(4).fill(90)) }),
        frame(1, { encoding: 'PNG', picture: await file('png', pixels(4).fill(91)) }),
        frame(2, { encoding: 'TIFF', picture: await file('tiff', pixels(4).fill(92)) }),
        raw(3, 93),
        raw(4, 0, wide),
        raw(5, 0, rgb),
      ]),
    ).toEqual([
      [SIZE, SIZE, 90],
      [SIZE, SIZE, 91],
      [SIZE, SIZE, 92],
      [2, 2, 93],
      [2, 2, 257],
      [2, 2, 7],
    ]);
  });

  it('keep what is known of them', async () => {
    const nearLabel = 'scratch';
    const message = codec('image-frame').encode(raw(7, 5, { nearLabel, sensor: 'cam-9', streamId: 's2' }));
    const [answer] = await new FrameEncoder(new CornerEncoder(), sensors, IMAGE_LIMITS).encode([message]);
    if (!answer || !('features' in answer)) throw new Error('It was refused.');
    const { frameId, timeUs } = raw(7, 5, { sensor: 'cam-9', streamId: 's2' });
    expect(answer.origin).toEqual({ sensor: 'cam-9', streamId: 's2', frameIndex: 7, timeUs });
    expect(codec('image-features').decode(answer.features!)).toMatchObject({
      ...{ frameId, sensor: 'cam-9', timeUs, encoder: 'corner-1', nearLabel, shape: [3] },
    });
  });

  it('are refused one by one, and those beside them are not', async () => {
    const jpeg = await file('jpeg');
    expect(
      await encode([
        raw(0, 1),
        frame(1, { picture: jpeg.subarray(0, jpeg.length / 2) }),
        frame(2, { encoding: 'PNG', picture: await bomb() }),
        frame(3, { encoding: 'PNG', width: 20_000, height: 20_000, picture: await bomb() }),
        frame(4, { picture: await cmyk() }),
        frame(5, { picture: new TextEncoder().encode('no picture at all') }),
        frame(6, { picture: jpeg, width: SIZE + 1 }),
        frame(7, { picture: jpeg, width: SIZE - 1 }),
        new Uint8Array(0),
        new TextEncoder().encode('no record at all'),
        raw(8, 2),
      ]),
    ).toEqual([
      [2, 2, 1],
      'IMAGE_INVALID',
      // It is not what its record says, which is all that is known before it is decoded.
      'RECORD_INVALID',
      'IMAGE_TOO_LARGE',
      'IMAGE_FORMAT_UNSUPPORTED',
      'IMAGE_FORMAT_UNSUPPORTED',
      'RECORD_INVALID',
      'RECORD_INVALID',
      'RECORD_NOT_AVRO',
      'RECORD_NOT_AVRO',
      [2, 2, 2],
    ]);
  });

  it('are refused when they are larger than the stage allows', async () => {
    const encoder = new CornerEncoder();
    expect(await encode([raw(0, 1), frame(1, { picture: await file('jpeg') })], sensors, encoder, 4)).toEqual(
      [[2, 2, 1], 'IMAGE_TOO_LARGE'],
    );
  });

  it('are refused when the encoder has no features of them, and those beside them are not', async () => {
    expect(await encode([raw(0, 1), raw(1, 0), raw(2, 2)])).toEqual([[2, 2, 1], 'IMAGE_INVALID', [2, 2, 2]]);
  });

  it('may be none: the end of a stream gives nothing', async () => {
    const end = { endOfStream: true, picture: new Uint8Array() };
    expect(await encode([raw(0, 1, end), raw(1, 1, { endOfStream: true })])).toEqual([null, [2, 2, 1]]);
  });

  it('are refused of a camera that the topology does not know', async () => {
    expect(await encode([raw(0, 1)], { byId: new Map(), others: null })).toEqual(['SENSOR_UNKNOWN']);
  });

  it('are decoded a few at a time when they are large', async () => {
    const side = 4000;
    const large = { width: side, height: side, picture: new Uint8Array(side * side).fill(3) };
    const encoder = new CornerEncoder();
    await encode(
      [raw(0, 1), raw(1, 1, large), raw(2, 1, large), raw(3, 1, large), raw(4, 1, large)],
      sensors,
      encoder,
    );
    // 64 megapixels, and the one that does not fit in.
    expect(encoder.batches).toEqual([4, 1]);
  });
});
