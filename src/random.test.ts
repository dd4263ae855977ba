import { describe, expect, it } from 'vitest';
import { PlantsenseError } from './errors.js';
import { Random } from './random.js';

describe('Random', () => {
  it('gives the same numbers for the same seed, others for another', () => {
    const draw = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => random.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(-1)).not.toEqual(draw(2 ** 32 - 1));
  });

  it('keeps its sequence from version to version, since stored models were made with it', () => {
    const random = new Random(42);
    expect(Array.from({ length: 4 }, () => random.uint32())).toEqual(SEQUENCE_OF_42);
  });

  it('spreads next evenly over [0, 1)', () => {
    const random = new Random(1);
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const x = random.next();
      expect(x >= 0 && x < 1).toBe(true);
      bins[Math.floor(x * 10)]!++;
    }
    // Five standard deviations of a binomial with p = 0.1.
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(475);
  });

  it('draws normals with mean 0, variance 1 and kurtosis 3', () => {
    const random = new Random(2);
    const n = 200_000;
    let sum = 0;
    let squares = 0;
    let fourths = 0;
    for (let i = 0; i < n; i++) {
      const x = random.normal();
      sum += x;
      squares += x * x;
      fourths += x ** 4;
    }
    expect(sum / n).toBeCloseTo(0, 1);
    expect(squares / n).toBeCloseTo(1, 1);
    expect(fourths / n).toBeCloseTo(3, 0);
  });

  it('draws every integer below the bound equally often', () => {
    const random = new Random(3);
    const counts = new Array<number>(3).fill(0);
    for (let i = 0; i < 30_000; i++) counts[random.int(3)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(410);
    expect(random.int(1)).toBe(0);
  });

  it('shuffles into a permutation', () => {
    const items = Int32Array.from({ length: 50 }, (_, i) => i);
    const shuffled = new Random(4).shuffle(items.slice());
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted()).toEqual(items);
  });

  it('refuses a seed or a bound that is no integer', () => {
    expect(() => new Random(0.5)).toThrow(PlantsenseError);
    expect(() => new Random(1).int(0)).toThrow(PlantsenseError);
    expect(() => new Random(1).int(2.5)).toThrow(PlantsenseError);
  });
});

const SEQUENCE_OF_42 = [4149703753, 4275503460, 1337678679, 349339829];
