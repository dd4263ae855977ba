import { describe, expect, it } from 'vitest';
import { EarlyStopping } from './early-stopping.js';
import { LearningRate } from './learning-rate.js';

describe('LearningRate', () => {
  it('stays', () => {
    const rate = new LearningRate(0.1, { type: 'constant' });
    expect([0, 5, 99].map(step => rate.at(step, step, 100))).toEqual([0.1, 0.1, 0.1]);
  });

  it('falls in steps', () => {
    const rate = new LearningRate(1, { type: 'step', everyEpochs: 2, factor: 0.5 });
    expect([0, 1, 2, 3, 4].map(epoch => rate.at(epoch, 0, 10))).toEqual([1, 1, 0.5, 0.5, 0.25]);
  });

  it('falls along a cosine from the first rate to the floor', () => {
    const rate = new LearningRate(2, { type: 'cosine', floor: 0.1 });
    const rates = Array.from({ length: 11 }, (_, step) => rate.at(0, step, 11));
    expect(rates[0]).toBe(2);
    expect(rates[5]).toBeCloseTo(1.1);
    expect(rates[10]).toBeCloseTo(0.2);
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    expect(new LearningRate(2, { type: 'cosine' }).at(0, 0, 1)).toBe(2);
  });

  it('falls when the loss has not for some epochs, and goes on from a saved state', () => {
    const make = () => new LearningRate(1, { type: 'plateau', patience: 2, factor: 0.5, floor: 0.2 });
    const losses = [5, 4, 4, 4, 3, 3, 3, 3, 3, 3];
    const rate = make();
    const rates = losses.map(loss => {
      rate.observe(loss);
      return rate.at(0, 0, 1);
    });
    expect(rates).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2]);
    const other = make();
    for (const loss of losses.slice(0, 6)) other.observe(loss);
    const resumed = make();
    resumed.restore(JSON.parse(JSON.stringify(other.state)));
    resumed.observe(3);
    expect(resumed.at(0, 0, 1)).toBe(0.25);
  });

  it('refuses rates and schedules that make no sense', () => {
    expect(() => new LearningRate(0, { type: 'constant' })).toThrow('above 0');
    expect(() => new LearningRate(Number.NaN, { type: 'constant' })).toThrow('above 0');
    expect(() => new LearningRate(1, { type: 'cosine', floor: -1 })).toThrow('floor');
    expect(() => new LearningRate(1, { type: 'step', everyEpochs: 1, factor: Number.NaN })).toThrow('factor');
    expect(() => new LearningRate(1, { type: 'step', everyEpochs: 0, factor: 1 })).toThrow('everyEpochs');
  });
});

describe('EarlyStopping', () => {
  it('waits for a better loss, and says which was the best', () => {
    const stopping = new EarlyStopping({ patience: 2, minDelta: 0.1 });
    const seen = [3, 2.95, 2.8, 2.9, 2.75].map(loss => [stopping.observe(loss), stopping.isOver]);
    expect(seen).toEqual([
      [true, false],
      [false, false],
      [true, false],
      [false, false],
      [false, true],
    ]);
    expect(stopping.state.best).toBe(2.8);
  });
});
