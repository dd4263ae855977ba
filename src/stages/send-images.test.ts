import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutgoingMessage, Producer } from '../broker/port.js';
import { codec } from '../records/codec.js';
import { measureImages, sendImages } from './send-images.js';
import { file, SIZE, START_US } from './testing/image-frames.js';

let directory: string;
let jpeg: string;
let png: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plantsense-send-'));
  jpeg = write('a.jpg', await file('jpeg'));
  png = write('b.png', await file('png', new Uint8Array(60).fill(9), 10));
});
afterAll(() => rmSync(directory, { recursive: true }));

function write(name: string, bytes: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

/** Remembers what is sent, and when by a clock that only moves when somebody waits. */
function studio() {
  let nowMs = 5000;
  const sent: { readonly atMs: number; readonly message: OutgoingMessage }[] = [];
  const producer: Producer = {
    send: async (_topic, messages) => {
      for (const message of messages) sent.push({ atMs: nowMs - 5000, message });
    },
    close: async () => {},
  };
  const clock = {
    nowMs: () => nowMs,
    wait: async (ms: number) => {
      nowMs += Math.max(0, ms);
    },
  };
  const frames = () => sent.map(({ message }) => codec('image-frame').decode(message.value!));
  return { producer, clock, sent, frames };
}

const OPTIONS = {
  ...{ topic: 'image.raw', sensor: 'cam-1', streamId: 's1', startTimeUs: START_US, rateHz: 4 },
  ...{ speed: Number.POSITIVE_INFINITY, endOfStream: true, onSent: () => {} },
  signal: new AbortController().signal,
};

describe('pictures on their way to a topic', () => {
  it('are sent as the files are, with their size and what is said of them', async () => {
    const { producer, clock, sent, frames } = studio();
    const pictures = await measureImages([jpeg, png, jpeg], ['scratch', null, null], 1e6);
    expect(await sendImages(producer, pictures, { ...OPTIONS, clock })).toBe(3);
    expect(sent.every(({ message }) => message.key === 'cam-1')).toBe(true);
    const ids = frames().map(({ frameId }) => frameId);
    expect(new Set(ids).size).toBe(3);
    const common = { sensor: 'cam-1', streamId: 's1' };
    expect(frames()).toMatchObject([
      { ...common, frameIndex: 0, timeUs: START_US, encoding: 'JPEG', nearLabel: 'scratch', width: SIZE },
      { frameIndex: 1, timeUs: START_US + 250_000, encoding: 'PNG', nearLabel: null, width: 10, height: 6 },
      { frameIndex: 2, timeUs: START_US + 500_000, endOfStream: true },
    ]);
    expect(frames().map(({ endOfStream }) => endOfStream)).toEqual([false, false, true]);
    expect(Buffer.from(frames()[0]!.picture).equals(await file('jpeg'))).toBe(true);
  });

  it('are sent when each would have been taken, at the speed asked for', async () => {
    const { producer, clock, sent } = studio();
    const pictures = await measureImages([jpeg, png, jpeg], [], 1e6);
    await sendImages(producer, pictures, { ...OPTIONS, clock, speed: 2 });
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 125, 250]);
  });

  it.each([
    ['are ended where they stop', true, [false, true]],
    ['stay open where they stop when they were to stay open', false, [false]],
  ])('%s', async (_name, endOfStream, ends) => {
    const { producer, clock, frames } = studio();
    const controller = new AbortController();
    const pictures = await measureImages([jpeg, png], ['a', 'b'], 1e6);
    const onSent = () => controller.abort();
    await sendImages(producer, pictures, {
      ...{ ...OPTIONS, clock, speed: 1, endOfStream, onSent },
      signal: controller.signal,
    });
    expect(frames().map(frame => frame.endOfStream)).toEqual(ends);
    if (endOfStream)
      expect(frames()[1]).toMatchObject({ frameIndex: 1, nearLabel: null, picture: Buffer.alloc(0) });
  });
});

describe('files that can not be sent', () => {
  it('are named before the first is sent, one with its own error', async () => {
    const cut = write('cut.jpg', (await file('jpeg')).subarray(0, 300));
    await expect(measureImages([jpeg, cut, png], [], 1e6)).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: expect.stringMatching(/^\S+cut\.jpg: /),
    });
  });

  it('are named together, the first few of many', async () => {
    const empty = Array.from({ length: 7 }, (_, i) => write(`empty-${i}.png`, new Uint8Array()));
    const failure = await measureImages([jpeg, ...empty], [], 1e6).catch(error => error);
    expect(failure.code).toBe('IMAGE_EMPTY');
    expect(failure.message).toMatch(/^7 of 8 files can't be sent, so none was:\n {2}\S+empty-0\.png: /);
    expect(failure.message).toMatch(/empty-4\.png: [^\n]*\n {2}and 2 more\./);
  });

  it('are those that the topic does not take', async () => {
    const { length } = await file('jpeg');
    await expect(measureImages([jpeg], [], length + 4095)).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      message: expect.stringContaining(`needs a message of ${length + 4096} bytes`),
    });
    expect(await measureImages([jpeg], [], length + 4096)).toHaveLength(1);
  });
});
