import { describe, expect, it } from 'vitest';
import { KMeans } from '../../cluster/k-means.js';
import type { Matrix } from '../../cluster/matrix.js';
import { Random } from '../../random.js';
import { HeldOutLikelihood } from './held-out-likelihood.js';

const ROWS = 120;
const BLOBS = 4;
const truth = Array.from({ length: ROWS }, (_, row) => row % BLOBS);

/** Rows about four centres; `tail` above 1 makes some of them lie far out. */
function blobs({ distance = 4, tail = 1, cols = 12 } = {}): Matrix {
  const random = new Random(3);
  const centers = Array.from({ length: BLOBS * cols }, () => distance * random.normal());
  const data = new Float32Array(ROWS * cols);
  for (let row = 0; row < ROWS; row++) {
    const spread = random.next() < 0.2 ? tail : 1;
    for (let col = 0; col < cols; col++)
      data[row * cols + col] = centers[truth[row]! * cols + col]! + spread * random.normal();
  }
  return { data, rows: ROWS, cols };
}

function byChance(seed: number): number[] {
  const random = new Random(seed);
  return truth.map(() => random.int(BLOBS));
}

describe('held-out likelihood', () => {
  const heldOut = new HeldOutLikelihood(blobs());

  it('rises when groups are those that there are, and the more the more of them are right', () => {
    const halves = truth.map(blob => blob % 2);
    const mixedUp = truth.map((blob, row) => (row < ROWS / 4 ? (blob + 1) % BLOBS : blob));
    expect(heldOut.gain(truth)).toBeGreaterThan(2);
    expect(heldOut.gain(halves)).toBeGreaterThan(0.1);
    expect(heldOut.gain(truth)).toBeGreaterThan(heldOut.gain(halves));
    expect(heldOut.gain(truth)).toBeGreaterThan(heldOut.gain(mixedUp));
  });

  it.each([1, 4])('is about zero for groups by chance, with tails of factor %i', tail => {
    for (const distance of [0, 4]) {
      const gains = new HeldOutLikelihood(blobs({ distance, tail }));
      const seeds = Array.from({ length: 10 }, (_, i) => i + 1);
      const sum = seeds.reduce((total, seed) => total + gains.gain(byChance(seed)), 0);
      expect(Math.abs(sum / seeds.length)).toBeLessThan(0.15);
    }
  });

  it.each([8, 40])('is below zero for %i groups that only tell of their own recordings', k => {
    const random = new Random(4);
    const cols = 12;
    const data = Float32Array.from({ length: ROWS * cols }, () => random.normal());
    const noise: Matrix = { data, rows: ROWS, cols };
    // They part the recordings well, but there is nothing to find in them.
    const { labels } = new KMeans({ nClusters: k }).fit(noise);
    expect(new HeldOutLikelihood(noise).gain(labels)).toBeLessThan(-0.2);
  });

  it('is exactly zero for one group, whatever its number', () => {
    expect(heldOut.gain(truth.map(() => 0))).toBe(0);
    expect(heldOut.gain(truth.map(() => 7))).toBe(0);
  });

  it('minds no names of groups', () => {
    expect(heldOut.gain(truth.map(blob => 9 - blob))).toBeCloseTo(heldOut.gain(truth), 9);
  });

  it('gives a finite number for degenerate recordings and groups', () => {
    const same: Matrix = { data: new Float32Array(ROWS * 12).fill(3), rows: ROWS, cols: 12 };
    expect(new HeldOutLikelihood(same).gain(truth)).toBeCloseTo(0, 9);
    const two: Matrix = { data: Float32Array.of(1, 2), rows: 2, cols: 1 };
    expect(Number.isFinite(new HeldOutLikelihood(two).gain([0, 1]))).toBe(true);
    expect(heldOut.gain(truth.map((_, row) => row))).toBe(0);
    const single = truth.map((blob, row) => (row === 0 ? BLOBS : blob));
    expect(heldOut.gain(single)).toBeGreaterThan(2);
  });

  it('refuses what is not finite', () => {
    const bad: Matrix = { data: Float32Array.of(1, Number.NaN), rows: 2, cols: 1 };
    expect(() => new HeldOutLikelihood(bad)).toThrow(expect.objectContaining({ code: 'MATRIX_INVALID' }));
  });

  it('looks at a sample of many recordings', () => {
    const small = blobs();
    const rows = 25 * ROWS;
    const random = new Random(5);
    const data = Float32Array.from(
      { length: rows * small.cols },
      (_, i) => small.data[i % small.data.length]! + 0.1 * random.normal(),
    );
    const many = new HeldOutLikelihood({ data, rows, cols: small.cols });
    expect(many.gain(Array.from({ length: rows }, (_, row) => row % BLOBS))).toBeGreaterThan(3);
  });
});
