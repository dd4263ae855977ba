import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../broker/port.js';
import { codec } from '../records/codec.js';
import type { AudioChunk, ImageFrame } from '../records/types.js';
import { plantCamera } from './plant-camera.js';
import { cameraSeeds, microphoneSeeds, type PlantClock, playPlant } from './play-plant.js';
import { type CameraSpec, cameraSchedule, type PictureKind } from './simulated-camera.js';
import type { MicrophoneSpec } from './simulated-microphone.js';
import { MICROPHONE, take } from './testing/plant.js';

const START_US = 1_790_000_000_000_000;

/** A clock that is wherever it is waited for, and ends the plant at `endSecs`. */
class TestClock implements PlantClock {
  readonly stop = new AbortController();
  readonly #endUs: number;
  us = START_US;

  constructor(endSecs: number) {
    this.#endUs = START_US + endSecs * 1e6;
  }

  nowUs(): number {
    return this.us;
  }

  async until(timeUs: number): Promise<void> {
    if (timeUs > this.#endUs) this.stop.abort();
    else this.us = Math.max(this.us, timeUs);
  }
}

interface Sent {
  readonly chunk: AudioChunk;
  readonly message: OutgoingMessage;
  readonly atUs: number;
}

async function play(
  secs: number,
  changes: Partial<MicrophoneSpec> = {},
  { onSend = (_clock: TestClock, _calls: number) => {} } = {},
): Promise<Sent[]> {
  const clock = new TestClock(secs);
  const sent: Sent[] = [];
  let calls = 0;
  const microphones = ['a', 'b'].map(sensor => ({ ...MICROPHONE, ...changes, sensor }));
  await playPlant({
    microphones,
    seed: 7,
    clock,
    signal: clock.stop.signal,
    send: async (_, messages) => {
      for (const message of messages)
        sent.push({ message, chunk: codec('audio-chunk').decode(message.value!), atUs: clock.us });
      calls += 1;
      onSend(clock, calls);
    },
  });
  return sent;
}

const of = (sent: readonly Sent[], sensor: string) => sent.filter(({ chunk }) => chunk.sensor === sensor);

describe('playPlant', () => {
  it('sends each chunk when its last sample has been taken, under its sensor as key', async () => {
    const sent = await play(5);
    for (const { chunk, message, atUs } of sent.filter(({ chunk }) => !chunk.endOfStream)) {
      expect(atUs).toBe(chunk.startTimeUs + 500_000);
      expect(message.key).toBe(chunk.sensor);
      expect(message.timestampMs).toBe(Math.floor(chunk.startTimeUs / 1000));
      expect(chunk.samples.length).toBe(2 * 4000);
    }
    expect(of(sent, 'a').length).toBe(11);
  });

  it('ends every stream, where its sound ends', async () => {
    const sent = await play(5);
    for (const sensor of ['a', 'b']) {
      const chunks = of(sent, sensor).map(({ chunk }) => chunk);
      expect(chunks.filter(({ endOfStream }) => endOfStream)).toEqual([chunks.at(-1)]);
      const [last, end] = chunks.slice(-2);
      expect(end).toMatchObject({
        firstSample: last!.firstSample + 4000,
        startTimeUs: last!.startTimeUs + 500_000,
      });
      expect(end!.samples.length).toBe(0);
    }
  });

  it('sends what has become due while it was sending', async () => {
    const slow = (clock: TestClock, calls: number) => {
      if (calls === 3) clock.us += 2_000_000;
    };
    const chunks = of(await play(6, {}, { onSend: slow }), 'a').map(({ chunk }) => chunk.firstSample);
    expect(chunks).toEqual(Array.from({ length: 13 }, (_, i) => 4000 * i));
  });

  it('starts the recorders anew after the machine has slept', async () => {
    const sleep = (clock: TestClock, calls: number) => {
      if (calls === 3) clock.us += 3_600_000_000;
    };
    const sent = of(await play(3603, {}, { onSend: sleep }), 'a').map(({ chunk }) => chunk);
    const streams = [...new Set(sent.map(({ streamId }) => streamId))];
    expect(streams.length).toBe(2);
    const [before, after] = streams.map(id => sent.filter(({ streamId }) => streamId === id));
    expect(before!.at(-1)!.endOfStream).toBe(true);
    expect(after![0]).toMatchObject({ firstSample: 0 });
    expect(after![0]!.startTimeUs).toBeGreaterThan(START_US + 3_600_000_000);
    expect(sent.length).toBeLessThan(20);
  });

  it('passes on what sending fails with', async () => {
    const failing = play(
      5,
      {},
      {
        onSend: () => {
          throw new Error('disk');
        },
      },
    );
    await expect(failing).rejects.toThrow('disk');
  });
});

describe('playPlant with a camera', () => {
  const CAMERA: CameraSpec = { ...plantCamera(), sizePx: 48, faults: [] };

  async function film(secs: number, changes: Partial<CameraSpec> = {}) {
    const clock = new TestClock(secs);
    const frames: (ImageFrame & { readonly atUs: number })[] = [];
    const media = new Set<string>();
    const truth = new Map<string, PictureKind>();
    await playPlant({
      microphones: [MICROPHONE],
      cameras: [{ ...CAMERA, ...changes }],
      seed: 7,
      clock,
      signal: clock.stop.signal,
      send: async (medium, messages) => {
        media.add(medium);
        if (medium !== 'images') return;
        for (const { key, value, timestampMs } of messages) {
          const frame = codec('image-frame').decode(value!);
          expect([key, timestampMs]).toEqual([CAMERA.sensor, Math.floor(frame.timeUs / 1000)]);
          frames.push({ ...frame, atUs: clock.us });
        }
      },
      tellTruth: ({ frameId, truth: kind }) => truth.set(frameId, kind),
    });
    return { frames, media, truth };
  }

  it('sends each picture as a file when it was taken, and ends its stream', async () => {
    const { frames, media } = await film(5);
    const pictures = frames.slice(0, -1);
    expect([...media].sort()).toEqual(['images', 'sound']);
    expect(pictures.map(({ frameIndex }) => frameIndex)).toEqual(Array.from({ length: 13 }, (_, i) => i));
    expect(new Set(frames.map(({ frameId }) => frameId)).size).toBe(frames.length);
    for (const { picture, timeUs, atUs, endOfStream } of pictures) {
      const { format, width, height, channels } = await sharp(picture).metadata();
      expect({ format, width, height, channels }).toEqual({
        format: 'jpeg',
        width: 48,
        height: 48,
        channels: 1,
      });
      expect([timeUs, endOfStream]).toEqual([atUs, false]);
    }
    expect(frames.at(-1)).toMatchObject({ endOfStream: true, frameIndex: 13, nearLabel: null });
    expect(frames.at(-1)!.picture).toHaveLength(0);
  });

  it('tells what is on them, to those who ask, and no stage', async () => {
    const { frames, truth } = await film(8);
    const [seed] = cameraSeeds(7, 0, 1);
    const shots = take(cameraSchedule(CAMERA, seed!), 20);
    expect(frames.slice(0, 20).map(({ frameId }) => truth.get(frameId))).toEqual(
      shots.map(({ truth }) => truth),
    );
    expect(frames.slice(0, 20).map(({ nearLabel }) => nearLabel)).toEqual(
      shots.map(({ nearLabel }) => nearLabel),
    );
    expect(microphoneSeeds(7, 0, 3)).not.toContain(seed);
  });

  it('sends a frame twice, and a file cut short, under the same id as it would have had', async () => {
    const { frames: whole } = await film(8);
    const { frames } = await film(8, {
      faults: [
        { type: 'duplicates', share: 1 },
        { type: 'truncated', share: 1 },
      ],
    });
    const pictures = frames.slice(0, -1);
    const ids = pictures.map(({ frameId }) => frameId);
    expect(ids.filter((_, i) => i % 2 === 0)).toEqual(ids.filter((_, i) => i % 2 === 1));
    expect(ids.filter((_, i) => i % 2 === 0)).toEqual(whole.slice(0, -1).map(({ frameId }) => frameId));
    await expect(sharp(pictures[0]!.picture, { failOn: 'truncated' }).raw().toBuffer()).rejects.toThrow();
  });
});
