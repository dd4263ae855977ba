import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { Segmenter, standardize } from './segments.js';
import { goldenArray, goldenSound, largestDifference } from './testing/goldens.js';

describe('Segmenter', () => {
  const sound = goldenSound('machine-16k3.wav');

  it.each([512, 1536])('makes the segments of librosa.stft with overlap %i', overlap => {
    const golden = goldenArray(`machine-16k3.segments-overlap${overlap}.npy`);
    const segmenter = new Segmenter({ overlap, step: 32, normalize: 'none' });
    const segments = segmenter.compute(sound);
    expect(segmenter.count(sound.length)).toBe(golden.shape[0]);
    expect(segments).toHaveLength(golden.shape[0]! * 1024 * 32);
    // The golden holds every eighth bin.
    const some = segments.filter((_, i) => Math.floor(i / 32) % 8 === 0);
    expect(largestDifference(some, golden.data)).toBeLessThan(2e-5);
  });

  it('starts a segment every `step` columns, so that neighbours share the rest', () => {
    const all = { overlap: 1536, normalize: 'none' } as const;
    const stepped = new Segmenter({ ...all, step: 22 });
    const single = new Segmenter({ ...all, step: 1 });
    const fine = single.compute(sound);
    const size = 1024 * 32;
    const coarse = stepped.compute(sound);
    expect(stepped.count(sound.length)).toBe(1 + Math.floor((single.count(sound.length) - 1) / 22));
    for (let i = 0; i < stepped.count(sound.length); i++)
      expect(coarse.subarray(i * size, (i + 1) * size)).toEqual(
        fine.subarray(22 * i * size, (22 * i + 1) * size),
      );
  });

  it('skips columns between segments when the step is larger than the width', () => {
    const sparse = new Segmenter({ width: 4, step: 10, normalize: 'none' }).compute(sound);
    const fine = new Segmenter({ width: 4, step: 1, normalize: 'none' }).compute(sound);
    expect(sparse.subarray(4096, 8192)).toEqual(fine.subarray(10 * 4096, 11 * 4096));
  });

  it('gives each segment mean 0 and variance 1 by default', () => {
    const segmenter = new Segmenter();
    const segments = segmenter.compute(sound);
    const size = 1024 * 32;
    for (let i = 0; i < segmenter.count(sound.length); i++) {
      const segment = segments.subarray(i * size, (i + 1) * size);
      const mean = segment.reduce((sum, x) => sum + x, 0) / size;
      expect(mean).toBeCloseTo(0, 5);
      expect(segment.reduce((sum, x) => sum + (x - mean) ** 2, 0) / size).toBeCloseTo(1, 5);
    }
  });

  it("spans the paper's equation 3", () => {
    expect(new Segmenter({ overlap: 512 }).samplesPerSegment / 16_300).toBeCloseTo(3.05, 2);
    expect(new Segmenter().samplesPerSegment / 16_300).toBeCloseTo(1.1, 2);
  });

  it('needs exactly one span for one segment', () => {
    const segmenter = new Segmenter();
    const random = new Random(1);
    const exact = Float32Array.from({ length: segmenter.samplesPerSegment }, () => random.normal());
    expect(segmenter.compute(exact)).toHaveLength(1024 * 32);
    expect(() => segmenter.compute(exact.subarray(1))).toThrow(/takes 17920 samples; the sound has 17919/);
    expect(segmenter.count(17_919)).toBe(0);
  });

  it('turns digital silence into zeros, not NaNs', () => {
    const silence = new Segmenter().compute(new Float32Array(20_000));
    expect(silence.every(x => x === 0)).toBe(true);
    const constant = Float32Array.of(3, 3);
    standardize(constant);
    expect([...constant]).toEqual([0, 0]);
  });

  it.each([
    [{ overlap: 2048 }, /overlap/],
    [{ overlap: -1 }, /overlap/],
    [{ width: 0 }, /width/],
    [{ step: 0 }, /step/],
    [{ nFft: 2000, overlap: 0 }, /2000/],
  ])('refuses %o', (wrong, message) => {
    expect(() => new Segmenter(wrong)).toThrow(message);
  });
});
