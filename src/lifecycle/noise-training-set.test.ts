import { describe, expect, it } from 'vitest';
import { NoiseTrainingWindow } from './noise-training-set.js';
import { BANDS, FEATURE_SET, FRAMES, makeEvents, START_US } from './testing/events.js';

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
