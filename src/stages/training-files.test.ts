import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeWav } from '../audio/wav.js';
import { trainingSetOfFiles } from './training-files.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-training-'));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (name: string, hz: number): string => {
  const path = join(directory, name);
  const samples = Float32Array.from({ length: 8000 }, (_, i) => Math.sin((2 * Math.PI * hz * i) / 8000));
  writeFileSync(path, encodeWav(samples, 8000));
  return path;
};

const LOG_MEL = { sampleRateHz: 8000, durationSecs: 1, nMels: 16 };

describe('recordings to learn from', () => {
  const [a, b, again] = [file('a.wav', 200), file('b.wav', 900), file('again.wav', 200)];

  it('are one event each; the set depends on what they hold, not on their names and order', async () => {
    const told: unknown[] = [];
    const set = await trainingSetOfFiles([a, b], LOG_MEL, (done, path) => void told.push([done, path]));
    expect([set.rows.rows, set.rows.cols, set.bands]).toEqual([2, 32, 16]);
    expect(told).toEqual([
      [1, a],
      [2, b],
    ]);
    const shuffled = await trainingSetOfFiles([b, again, a], LOG_MEL, () => {});
    expect(shuffled.rows).toEqual(set.rows);
    expect(shuffled.featureSet).toBe(set.featureSet);
  });

  it('name the one that can not be read', async () => {
    const missing = join(directory, 'c.wav');
    await expect(trainingSetOfFiles([a, missing], LOG_MEL, () => {})).rejects.toThrow(missing);
  });
});
