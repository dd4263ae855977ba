import { beforeAll, describe, expect, it } from 'vitest';
import type { Broker, OutgoingMessage } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { codec } from '../records/codec.js';
import { tensorFloats } from '../records/tensor-bytes.js';
import type { ImageFrame } from '../records/types.js';
import { decodeImage } from '../vision/decode-image.js';
import { TextureEncoder } from '../vision/texture/texture-encoder.js';
import { type ImageFeaturesOptions, startImageFeatures } from './image-features.js';
import type { RunningStage, StageContext } from './stage.js';
import { bomb, cmyk, file, frame, pixels } from './testing/image-frames.js';
import { until } from './testing/noise-topics.js';
import { scratchBrokers } from './testing/scratch-broker.js';
import { soundLaneOptions } from './testing/sound-lane-options.js';
import { testContext } from './testing/stage-context.js';

const OPTIONS: ImageFeaturesOptions = {
  ...{ input: 'image.raw', outputs: { features: 'features', deadLetter: 'dead' } },
  ...{ encoder: { type: 'texture' }, maxPixels: 1e6, batchSize: 4, lingerMs: 1, workers: 1 },
};
const { sensors } = soundLaneOptions();
const CAMERAS = ['cam-1', 'cam-2', 'cam-3'];

/** Pictures of three cameras in turn. */
let plant: readonly ImageFrame[];

beforeAll(async () => {
  plant = await Promise.all(
    Array.from({ length: 30 }, async (_, i) => {
      const picture = await file('jpeg', pixels(i % 2 === 0 ? 2 + (i % 5) : 'noise', i));
      return frame(Math.floor(i / 3), { sensor: CAMERAS[i % 3]!, picture });
    }),
  );
});

async function sendFrames(broker: Broker, frames: readonly ImageFrame[], partitions = 1): Promise<void> {
  await broker.admin.createTopic('image.raw', { partitions });
  const messages = frames.map(each => ({ key: each.sensor, value: codec('image-frame').encode(each) }));
  await (await broker.producer()).send('image.raw', messages);
}

type Sent = readonly [topic: string, message: OutgoingMessage];

/** Collects what a stage sends, by the input that it is made of: what is sent again must be the same. */
function collect() {
  const sent: Sent[] = [];
  const byOrigin = () => {
    const kept = new Map<string, string>();
    for (const [topic, { headers, key, value }] of sent) {
      const origin = Buffer.from(headers!.origin!).toString();
      const text = `${topic} ${key} ${Buffer.from(value!).toString('base64')}`;
      expect(kept.get(origin) ?? text).toBe(text);
      kept.set(origin, text);
    }
    return [...kept.values()].sort();
  };
  const send = async (topic: string, messages: readonly OutgoingMessage[]) => {
    for (const message of messages) sent.push([topic, message]);
  };
  return { sent, byOrigin, send };
}

async function start(
  broker: Broker,
  send: StageContext['producer']['send'],
  changes: Partial<ImageFeaturesOptions> = {},
): Promise<RunningStage> {
  return startImageFeatures({ ...OPTIONS, ...changes }, sensors, testContext(broker, send));
}

/** Runs a stage until it has sent as many records. */
async function runUntil(stage: RunningStage, sent: readonly Sent[], count: number): Promise<void> {
  let failure: unknown = null;
  stage.done.catch(error => {
    failure = error;
  });
  await until(() => sent.length >= count || failure !== null);
  await stage.stop();
  expect(failure).toBeNull();
}

describe('the stage of image features', () => {
  const scratchBroker = scratchBrokers();

  it('makes of each picture what the encoder makes of it, in the order of the log', async () => {
    const broker = await scratchBroker();
    await sendFrames(broker, [...plant, frame(10, { endOfStream: true })]);
    const { sent, send } = collect();
    await runUntil(await start(broker, send), sent, plant.length);
    const records = sent.map(([, { value }]) => codec('image-features').decode(value!));
    expect(records.map(({ frameId }) => frameId)).toEqual(plant.map(({ frameId }) => frameId));
    const images = await Promise.all(plant.map(({ picture }) => decodeImage(picture)));
    const encoder = new TextureEncoder();
    const expected = await encoder.encode(images);
    expect(records.flatMap(({ tensor }) => [...tensorFloats(tensor)])).toEqual([...expected]);
    expect(new Set(records.map(each => each.encoder))).toEqual(new Set([encoder.id]));
  });

  it('makes dead letters of pictures that can not be used, and goes on with the next one', async () => {
    const broker = await scratchBroker();
    const { picture } = plant[0]!;
    const sensor = 'cam-9';
    const at = (index: number, changes: Partial<ImageFrame> = {}) =>
      frame(index, { sensor, picture, ...changes });
    const large = { width: 20_000, height: 20_000 };
    const bad = [
      at(1, { picture: picture.subarray(0, picture.length / 2) }),
      at(2, { encoding: 'PNG', picture: await bomb(), ...large }),
      at(3, { picture: await cmyk() }),
      at(4, { width: 7 }),
    ];
    await sendFrames(broker, [at(0), ...bad, at(5), at(7)]);
    const producer = await broker.producer();
    await producer.send('image.raw', [{ key: sensor, value: new Uint8Array() }]);
    await producer.send('image.raw', [{ key: sensor, value: codec('image-frame').encode(at(8)) }]);
    const { sent, send } = collect();
    const context = testContext(broker, send);
    const stage = await startImageFeatures(OPTIONS, sensors, context);
    await runUntil(stage, sent, 9);
    const letters = sent.flatMap(([topic, { value }]) =>
      topic === 'dead' ? [codec('dead-letter').decode(value!)] : [],
    );
    expect(letters.map(({ originalOffset, errorCode }) => [originalOffset, errorCode])).toEqual([
      [1, 'IMAGE_INVALID'],
      [2, 'IMAGE_TOO_LARGE'],
      [3, 'IMAGE_FORMAT_UNSUPPORTED'],
      [4, 'RECORD_INVALID'],
      [7, 'RECORD_NOT_AVRO'],
    ]);
    bad.forEach((each, i) => {
      expect(Buffer.from(letters[i]!.originalValue!).equals(codec('image-frame').encode(each))).toBe(true);
      expect(letters[i]).toMatchObject({ sensor, timeUs: each.timeUs });
    });
    const features = sent.flatMap(([topic, { value }]) =>
      topic === 'features' ? [codec('image-features').decode(value!).frameId] : [],
    );
    expect(features).toEqual([0, 5, 7, 8].map(index => at(index).frameId));
    const notices = (await context.metrics.sensorNotices.get()).values.filter(
      ({ labels }) => labels.sensor === sensor,
    );
    expect(notices.map(({ labels, value }) => [labels.kind, value])).toEqual([['gap', 1]]);
  });

  it('gives the same bits whatever the batches and the threads', async () => {
    const outputs: string[][] = [];
    for (const changes of [{ batchSize: 2 }, { batchSize: 16, workers: 3 }]) {
      const broker = await scratchBroker();
      await sendFrames(broker, plant);
      const { sent, send } = collect();
      await runUntil(await start(broker, send, changes), sent, plant.length);
      outputs.push(sent.map(([, { value }]) => Buffer.from(value!).toString('base64')));
    }
    expect(outputs[1]).toEqual(outputs[0]);
  });

  it('goes on where it was killed, and sends nothing else than a run that was not', async () => {
    const whole = collect();
    const calm = await scratchBroker();
    await sendFrames(calm, plant, 2);
    await runUntil(await start(calm, whole.send), whole.sent, plant.length);
    const records = (sent: readonly Sent[]) =>
      [...new Set(sent.map(([, { value }]) => Buffer.from(value!).toString('base64')))].sort();

    const broker = await scratchBroker();
    await sendFrames(broker, plant, 2);
    const { sent, send, byOrigin } = collect();
    // It dies at its third request: what it has sent by then may or may not have been committed.
    for (let life = 0; life < 2; life++) {
      let requests = 0;
      const stage = await start(broker, async (topic, messages) => {
        requests += 1;
        if (requests === 3) throw new PlantsenseError('INTERNAL', 'It is killed.');
        await send(topic, messages);
      });
      await stage.done.catch(() => {});
      await stage.stop().catch(() => {});
    }
    await runUntil(await start(broker, send), sent, plant.length);
    await until(() => byOrigin().length === plant.length);
    expect(byOrigin()).toHaveLength(plant.length);
    expect(records(sent)).toEqual(records(whole.sent));
  });

  it('shares the partitions with another member, and each picture is made features of once', async () => {
    const broker = await scratchBroker();
    await sendFrames(broker, plant, 4);
    const { sent, send, byOrigin } = collect();
    const [first, second] = await Promise.all([start(broker, send), start(broker, send)]);
    await until(() => byOrigin().length === plant.length);
    expect(first.lanes.length + second.lanes.length).toBe(4);
    await Promise.all([first.stop(), second.stop()]);
    expect(sent).toHaveLength(plant.length);
  });

  it('ends with what is wrong when its encoder can not be opened, and makes no dead letters of it', async () => {
    const broker = await scratchBroker();
    await sendFrames(broker, plant);
    const { sent, send } = collect();
    const stage = await start(broker, send, {
      encoder: { type: 'tfjs', path: '/nowhere/model.json', layer: null, preprocess: 'tf', sizePx: null },
    });
    expect(stage.waiting).toBe(true);
    await expect(stage.done).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await stage.stop();
    expect(sent).toEqual([]);
  });
});
