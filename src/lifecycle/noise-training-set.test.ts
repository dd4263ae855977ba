import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NpySource } from '../nn/training/npy-source.js';
import { selectRows } from '../nn/training/row-source.js';
import { NoiseTrainingWindow } from './noise-training-set.js';
import { BANDS, batchOf, FEATURE_SET, FRAMES, makeEvents, START_US } from './testing/events.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-window-'));
afterAll(() => rmSync(directory, { recursive: true }));

const options = { bands: BANDS, frames: FRAMES, featureSet: FEATURE_SET, featureOptions: {} };

describe('NoiseTrainingWindow', () => {
  it('keeps the newest events, once each, by time', () => {
    const window = new NoiseTrainingWindow({ ...options, maxEvents: 3 });
    const events = makeEvents([0, 1, 2, 0, 1, 2, 0, 1]);
    for (const event of [...events].reverse()) window.add(event);
    for (const event of events) window.add(event);
    const { rows, fromUs, toUs } = window.trainingSet();
    expect(rows.rows).toBe(3);
    expect(fromUs).toBe(START_US + 50_000_000);
    expect(toUs).toBe(START_US + 70_000_000);
    expect(window.size).toBe(3);
  });

  it('does not grow with the events that went through it', () => {
    const window = new NoiseTrainingWindow({ ...options, maxEvents: 5 });
    for (let seed = 0; seed < 20; seed++) for (const event of makeEvents([0, 1, 2], seed)) window.add(event);
    expect(window.size).toBe(5);
  });

  it('says how far partitions were read', () => {
    const window = new NoiseTrainingWindow(options);
    window.add(makeEvents([0])[0]!);
    window.saw('features.noise', 1, 7);
    window.saw('features.noise', 0, 4);
    window.saw('features.noise', 1, 9);
    expect(window.trainingSet().seen).toEqual([
      { topic: 'features.noise', partition: 0, offset: 4 },
      { topic: 'features.noise', partition: 1, offset: 9 },
    ]);
  });

  it('keeps the spectrograms of its events in a file, in whatever order they came and whichever were dropped', async () => {
    const tensorPath = join(directory, 'tensors.npy');
    const window = new NoiseTrainingWindow({ ...options, maxEvents: 10, tensorPath });
    const events = makeEvents(Array.from({ length: 50 }, (_, i) => i % 3));
    // The first ones again later: they are too old by then.
    for (const event of [...events.slice(0, 30).reverse(), ...events, ...events.slice(20, 45)])
      window.add(event);
    const { rows, tensors } = window.trainingSet();
    const file = await NpySource.open(tensors!.path);
    const source = selectRows(file, tensors!.places);
    expect([rows.rows, source.shape]).toEqual([10, [BANDS, FRAMES]]);
    // Places are used again.
    expect(file.rows).toBeLessThanOrEqual(12);
    const data = new Float32Array(10 * BANDS * FRAMES);
    await source.read([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], data);
    expect(data).toEqual(batchOf(events.slice(40)).data);
    await file.close();
  });

  it('says so when it can not keep them', () => {
    const tensorPath = join(directory, 'no-such-directory', 'tensors.npy');
    expect(() => new NoiseTrainingWindow({ ...options, tensorPath })).toThrow(
      expect.objectContaining({ code: 'FILE_NOT_WRITABLE' }),
    );
  });

  it('refuses tensors of other features or another shape, and to train on nothing', () => {
    const window = new NoiseTrainingWindow(options);
    const [event] = makeEvents([0]);
    const refused = expect.objectContaining({ code: 'MATRIX_INVALID' });
    expect(() => window.add({ ...event!, featureSet: 'other' })).toThrow(refused);
    expect(() => window.add({ ...event!, logMel: new Float32Array(3) })).toThrow(refused);
    expect(() => window.trainingSet()).toThrow(
      expect.objectContaining({ code: 'TRAINING_DATA_INSUFFICIENT' }),
    );
  });
});
