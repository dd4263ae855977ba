import { join } from 'node:path';
import { Segmenter } from '../../../audio/segments.js';
import { TINY } from '../../../nn/residual/testing/tiny.js';
import { NpySource } from '../../../nn/training/npy-source.js';
import { Random } from '../../../random.js';
import type { FitMachineOptions } from '../fit-machine.js';
import { machineSound } from '../machine-sound.js';
import { SegmentCollector } from '../segment-set.js';

/** Segments of 32 bins and 8 columns, 288 samples each, a new one every 192. */
export const TINY_SEGMENTER = new Segmenter({ nFft: 64, overlap: 32, width: 8, step: 6 });

/** A training of less than a second. */
export const TINY_FIT: FitMachineOptions = {
  architecture: TINY,
  segment: TINY_SEGMENTER.options,
  ...{ steps: 34, batchSize: 16, learningRate: 0.003, bands: 8, seed: 3 },
};

/** A machine that hums and beats, in noise. */
export function machineHum(samples: number, seed: number): Float32Array {
  const random = new Random(seed);
  const start = random.int(1000);
  return Float32Array.from({ length: samples }, (_, i) => {
    const t = i + start;
    const beat = t % 96 < 24 ? 0.3 * Math.sin(1.9 * t) : 0;
    return 0.2 * Math.sin(0.4 * t) + beat + 0.02 * random.normal();
  });
}

/** A set of such recordings, each of as many segments as told. Close what it gives. */
export async function tinySet(directory: string, name: string, sizes: readonly number[]) {
  const collector = new SegmentCollector(join(directory, `${name}.npy`), TINY_SEGMENTER);
  for (const [i, rows] of sizes.entries())
    await collector.add(`${i}.wav`, machineSound(machineHum(288 + 192 * (rows - 1), i + 1), 16_300));
  const set = await collector.finish();
  const source = await NpySource.open(set.tensors.path);
  return { set, source, close: () => source.close() };
}
