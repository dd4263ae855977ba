import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clip } from './clip.js';

const SOUND = Float32Array.of(1, 2, 3);

function read(clip: Clip, start: number, length: number): number[] {
  const target = new Float32Array(length).fill(9);
  clip.read(start, target);
  return [...target];
}

describe('Clip', () => {
  it('pads a short sound with zeros on the right, or with itself', () => {
    expect(read(new Clip(SOUND, 8), -1, 10)).toEqual([0, 1, 2, 3, 0, 0, 0, 0, 0, 0]);
    expect(read(new Clip(SOUND, 8, 'loop'), -1, 10)).toEqual([0, 1, 2, 3, 1, 2, 3, 1, 2, 0]);
  });

  it('cuts a long sound', () => {
    expect(read(new Clip(SOUND, 2), 0, 4)).toEqual([1, 2, 0, 0]);
    expect(read(new Clip(SOUND, 2, 'loop'), 0, 4)).toEqual([1, 2, 0, 0]);
  });

  it('knows where silence begins', () => {
    expect(new Clip(SOUND, 8).soundEnd).toBe(3);
    expect(new Clip(SOUND, 8, 'loop').soundEnd).toBe(8);
    expect(new Clip(SOUND, 2).soundEnd).toBe(2);
  });

  it('reads the same in pieces as at once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('zero' as const, 'loop' as const),
        fc.integer({ min: -20, max: 20 }),
        fc.nat(20),
        (length, padding, start, count) => {
          const clip = new Clip(SOUND, length, padding);
          const pieces = Array.from({ length: count }, (_, i) => read(clip, start + i, 1)[0]);
          expect(read(clip, start, count)).toEqual(pieces);
        },
      ),
    );
  });

  it('refuses a sound without samples and a length without samples', () => {
    expect(() => new Clip(new Float32Array(0))).toThrow(/no samples/);
    expect(() => new Clip(SOUND, 0)).toThrow(/0 samples/);
  });
});
