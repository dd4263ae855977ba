import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Segmenter } from '../../audio/segments.js';
import { NpySource } from '../../nn/training/npy-source.js';
import { Random } from '../../random.js';
import { machineSound } from './machine-sound.js';
import { segmentBlocks } from './segment-blocks.js';
import { segmentDuration } from './segment-duration.js';
import { rowsOf, SegmentCollector } from './segment-set.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-segments-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Small segments: 16 bins of 7 columns, 224 samples each, a new one every 64. */
const segmenter = new Segmenter({ nFft: 32, overlap: 0, width: 7, step: 2 });

function hum(samples: number, seed = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: samples }, (_, t) => 0.3 * Math.sin(t / 3) + 0.05 * random.normal());
}

describe('the duration of a segment', () => {
  it("is what the paper's equation 3 gives: 1.10 s with a hop of 512, 3.05 s with 512 samples of overlap", () => {
    const { options } = new Segmenter();
    expect(segmentDuration(options)).toMatchObject({ samples: 17_920, secs: 17_920 / 16_300 });
    expect(segmentDuration({ ...options, overlap: 512 })).toMatchObject({ secs: 49_664 / 16_300 });
    expect(segmentDuration(options).equation).toBe(
      '(2048 + (32 - 1) · (2048 - 1536)) / 16300 Hz = 1.099 s, one every 22 · 512 / 16300 Hz = 0.691 s',
    );
  });
});

describe('the sound of a machine', () => {
  it('comes at 16,300 Hz, and tells what it was resampled from and how much of it clips', () => {
    const sound = machineSound(hum(44_100), 44_100);
    expect(sound).toMatchObject({ resampledFromHz: 44_100, clippedShare: 0 });
    expect(sound.samples).toHaveLength(16_300);
    const loud = Float32Array.of(0.5, 1, -1, 32_767 / 32_768);
    expect(machineSound(loud, 16_300)).toEqual({ samples: loud, resampledFromHz: null, clippedShare: 0.75 });
  });
});

describe('segments of a recording', () => {
  it('are the same a few at a time as all at once', () => {
    const samples = hum(64 * 40 + 300);
    const whole = segmenter.compute(samples);
    const blocks = [...segmentBlocks(segmenter, samples)];
    expect(blocks.map(({ first, count }) => [first, count])).toEqual([
      [0, 16],
      [16, 16],
      [32, 10],
    ]);
    expect(Float32Array.from(blocks.flatMap(({ segments }) => [...segments]))).toEqual(whole);
  });

  it('have the level of their sound, none for digital silence', () => {
    const sine = Float32Array.from({ length: 320 }, (_, t) => Math.sin((2 * Math.PI * t) / 32));
    expect([...segmentBlocks(segmenter, sine)][0]!.levelsDb[0]).toBeCloseTo(0, 6);
    expect([...segmentBlocks(segmenter, new Float32Array(224))][0]!.levelsDb).toEqual([null]);
  });

  it('go to a file recording by recording, without those in which the machine is off', async () => {
    const path = join(directory, 'segments.npy');
    const collector = new SegmentCollector(path, segmenter);
    const [a, b] = [hum(64 * 4 + 224, 1), hum(64 * 9 + 224, 2)];
    b.fill(0, 0, 64 * 3 + 224);
    await collector.add('a.wav', machineSound(a, 16_300));
    await collector.add('b.wav', machineSound(b, 16_300));
    const set = await collector.finish();
    expect(set.recordings).toMatchObject([
      { name: 'a.wav', first: 0, rows: 5, silent: 0, durationSecs: a.length / 16_300 },
      { name: 'b.wav', first: 5, rows: 6, silent: 4 },
    ]);
    const source = await NpySource.open(path);
    try {
      expect([source.rows, source.shape]).toEqual([11, [16, 7]]);
      const rows = rowsOf([set.recordings[1]!]);
      expect([...rows]).toEqual([5, 6, 7, 8, 9, 10]);
      const read = new Float32Array(6 * 16 * 7);
      await source.read(rows, read);
      expect(read).toEqual(segmenter.compute(b).subarray(4 * 16 * 7));
    } finally {
      await source.close();
    }
  });

  it('say which recording is too short, and that all are silent', async () => {
    const collector = new SegmentCollector(join(directory, 'none.npy'), segmenter);
    await expect(collector.add('short.wav', machineSound(hum(223), 16_300))).rejects.toMatchObject({
      code: 'AUDIO_TOO_SHORT',
      message: 'short.wav: One segment takes 224 samples; the sound has 223.',
    });
    await collector.add('off.wav', machineSound(new Float32Array(500), 16_300));
    await expect(collector.finish()).rejects.toMatchObject({
      code: 'TRAINING_DATA_INSUFFICIENT',
      message: 'All 1 recordings are digital silence: the machine is not heard in them.',
    });
    await expect(new SegmentCollector(join(directory, 'x.npy'), segmenter).finish()).rejects.toMatchObject({
      message: 'There are no recordings of the machine.',
    });
  });
});
