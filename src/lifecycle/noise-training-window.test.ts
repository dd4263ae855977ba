import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { NpySource } from '../nn/training/npy-source.js';
import { selectRows } from '../nn/training/row-source.js';
import { NoiseTrainingWindow, type TrainingEvent } from './noise-training-window.js';
import { BANDS, batchOf, FEATURE_SET, FRAMES, makeEvents } from './testing/events.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-window-'));
afterAll(() => rmSync(directory, { recursive: true }));

const options = { bands: BANDS, frames: FRAMES, featureSet: FEATURE_SET, featureOptions: {} };
const DAY_US = 86_400_000_000;

async function addAll(window: NoiseTrainingWindow, events: Iterable<TrainingEvent>): Promise<void> {
  for (const event of events) await window.add(event);
}

/** The spectrograms of a window, and how many places its file has. */
async function stored(window: NoiseTrainingWindow) {
  const { rows, tensors } = await window.trainingSet();
  const file = await NpySource.open(tensors!.path);
  const source = selectRows(file, tensors!.places);
  const data = new Float32Array(rows.rows * BANDS * FRAMES);
  await source.read([...new Array(rows.rows).keys()], data);
  await file.close();
  return { data, rows: rows.rows, shape: source.shape, places: file.rows };
}

describe('NoiseTrainingWindow', () => {
  it('keeps all events while there is room, once each, by time', async () => {
    const window = new NoiseTrainingWindow({ ...options, maxEvents: 8 });
    const events = makeEvents([0, 1, 2, 0, 1, 2, 0, 1]);
    await addAll(window, [...events].reverse());
    await addAll(window, events);
    const { rows, fromUs, toUs } = await window.trainingSet();
    expect([rows.rows, window.size]).toEqual([8, 8]);
    expect([fromUs, toUs]).toEqual([events[0]!.timeUs, events[7]!.timeUs]);
  });

  it('keeps a sample of a busy day that is spread over the day, however many events there were', async () => {
    const small = { bands: 1, frames: 1, featureSet: FEATURE_SET, featureOptions: {} };
    const tensorPath = join(directory, 'day.npy');
    const window = new NoiseTrainingWindow({ ...small, maxEvents: 400, tensorPath });
    // Each event has its hour as its only value, so that the sample says when its events were.
    const many = 40_000;
    for (let i = 0; i < many; i++) {
      const logMel = Float32Array.of(Math.floor((24 * i) / many));
      await window.add({
        eventId: `m${i % 900}-${i}`,
        timeUs: (i * DAY_US) / many,
        featureSet: FEATURE_SET,
        logMel,
      });
    }
    const set = await window.trainingSet();
    expect(set.rows.rows).toBe(400);
    const perHour = new Float64Array(24);
    for (let row = 0; row < 400; row++) perHour[set.rows.data[2 * row]!]!++;
    // Of a binomial distribution with mean 16.7: four standard deviations.
    expect(Math.min(...perHour)).toBeGreaterThan(0);
    expect(Math.max(...perHour)).toBeLessThan(33);
    const file = await NpySource.open(tensorPath);
    expect(file.rows).toBeLessThan(450);
    await file.close();
  });

  it.each([
    ['of a topic', (timeUs: number) => timeUs],
    ['of one time', (timeUs: number) => timeUs - (timeUs % 40_000_000)],
    ['of recordings, which have no time', () => 0],
  ])('is the same sample in whatever order events %s come, and however often', async (_, timeOf) => {
    const events = makeEvents(Array.from({ length: 40 }, (_, i) => i % 3)).map(event => ({
      ...event,
      timeUs: timeOf(event.timeUs),
    }));
    const sampled = async (order: readonly number[]) => {
      const window = new NoiseTrainingWindow({ ...options, maxEvents: 10 });
      for (const i of order) await window.add(events[i]!);
      return window.trainingSet();
    };
    const once = [...events.keys()];
    const expected = await sampled(once);
    const twice = [...once, ...once.slice(0, 15)];
    const orders = fc.shuffledSubarray(twice, { minLength: twice.length });
    await fc.assert(
      fc.asyncProperty(orders, async order => {
        expect(await sampled(order)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('says how far partitions were read', async () => {
    const window = new NoiseTrainingWindow(options);
    await window.add(makeEvents([0])[0]!);
    window.saw('features.noise', 1, 7);
    window.saw('features.noise', 0, 4);
    window.saw('features.noise', 1, 9);
    expect((await window.trainingSet()).seen).toEqual([
      { topic: 'features.noise', partition: 0, offset: 4 },
      { topic: 'features.noise', partition: 1, offset: 9 },
    ]);
  });

  it('keeps the spectrograms of its events in a file, in whatever order they came and whichever were dropped', async () => {
    const events = makeEvents(Array.from({ length: 50 }, (_, i) => i % 3));
    const sample = new NoiseTrainingWindow({
      ...options,
      maxEvents: 10,
      tensorPath: join(directory, 'a.npy'),
    });
    await addAll(sample, [...events.slice(0, 30).reverse(), ...events, ...events.slice(20, 45)]);
    const { data, rows, shape, places } = await stored(sample);
    expect([rows, shape]).toEqual([10, [BANDS, FRAMES]]);
    // Places are used again.
    expect(places).toBeLessThanOrEqual(11);
    const size = BANDS * FRAMES;
    const kept = events.filter(({ logMel }) =>
      Array.from({ length: rows }, (_, row) => data.subarray(row * size, (row + 1) * size)).some(
        row => Buffer.compare(new Uint8Array(row.slice().buffer), new Uint8Array(logMel.buffer)) === 0,
      ),
    );
    expect(data).toEqual(batchOf(kept).data);

    const whole = new NoiseTrainingWindow({ ...options, tensorPath: join(directory, 'b.npy') });
    await addAll(whole, [...events].reverse());
    expect((await stored(whole)).data).toEqual(batchOf(events).data);
  });

  it('says so when it can not keep them', async () => {
    const [event] = makeEvents([0]);
    const nowhere = new NoiseTrainingWindow({ ...options, tensorPath: join(directory, 'no', 'tensors.npy') });
    await expect(nowhere.add(event!)).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE' });
    await nowhere.abandon();
    // Linux has a device that is always full.
    if (process.platform !== 'linux') return;
    const full = new NoiseTrainingWindow({ ...options, tensorPath: '/dev/full' });
    await expect(full.add(event!)).rejects.toMatchObject({ code: 'DISK_FULL' });
    await full.abandon();
  });

  it('refuses tensors of other features or another shape, and to train on nothing', async () => {
    const window = new NoiseTrainingWindow(options);
    const [event] = makeEvents([0]);
    const refused = { code: 'MATRIX_INVALID' };
    await expect(window.add({ ...event!, featureSet: 'other' })).rejects.toMatchObject(refused);
    await expect(window.add({ ...event!, logMel: new Float32Array(3) })).rejects.toMatchObject(refused);
    await expect(window.trainingSet()).rejects.toMatchObject({ code: 'TRAINING_DATA_INSUFFICIENT' });
  });
});
