import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NpySource } from '../../nn/training/npy-source.js';
import { MachineSetCollector, type TrainingSegment } from './machine-training-set.js';
import { SegmentReservoir } from './segment-reservoir.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-reservoir-'));
afterAll(() => rmSync(directory, { recursive: true }));
const KIND = { featureSet: 'stft-a', shape: [2, 2] };

const segment = (rank: number): TrainingSegment => ({
  ...{ rank, startTimeUs: rank },
  tensor: Float32Array.of(rank, 0, 0, 1),
});

/** A training set of what a reservoir has and of new segments. */
async function trainedWith(name: string, ranks: readonly number[], before: readonly TrainingSegment[] = []) {
  const collector = new MachineSetCollector(join(directory, name), KIND, { secs: 1, stepSecs: 0.5 });
  if (before.length > 0) await collector.add('training', 'reservoir', before);
  await collector.add('training', 'new', ranks.map(segment));
  await collector.add('validation', 'held out', [segment(0)]);
  const set = await collector.finish({ newestUs: 9, seen: [] });
  return { set, source: await NpySource.open(set.tensors.path) };
}

describe('the reservoir of a machine', () => {
  it('keeps a sample of all that was ever learnt, never of what was held out', async () => {
    const reservoir = new SegmentReservoir(join(directory, 'kept'), 'press-7');
    expect(await reservoir.segments('stft-a')).toEqual([]);
    const first = await trainedWith('first.npy', [5, 1, 9, 3]);
    await reservoir.keep(first.set, first.source, 3);
    const kept = await reservoir.segments('stft-a');
    expect(kept.map(({ rank, tensor }) => [rank, tensor[0]])).toEqual([
      [1, 1],
      [3, 3],
      [5, 5],
    ]);
    expect(kept[0]!.startTimeUs).toBe(null);
    const second = await trainedWith('second.npy', [2, 8], kept);
    // The reservoir has no times: the set is of when the new segments were heard.
    expect([second.set.data.fromUs, second.set.data.toUs]).toEqual([0, 8]);
    await reservoir.keep(second.set, second.source, 3);
    expect((await reservoir.segments('stft-a')).map(({ rank }) => rank)).toEqual([1, 2, 3]);
    expect(readdirSync(join(directory, 'kept'))).toHaveLength(1);
    for (const { source } of [first, second]) await source.close();
  });

  it('has nothing for segments that are cut in another way, of another machine, or when it is damaged', async () => {
    const root = join(directory, 'kept');
    expect(await new SegmentReservoir(root, 'press-7').segments('stft-b')).toEqual([]);
    expect(await new SegmentReservoir(root, 'pump-1').segments('stft-a')).toEqual([]);
    writeFileSync(join(root, readdirSync(root)[0]!), 'not what it was');
    expect(await new SegmentReservoir(root, 'press-7').segments('stft-a')).toEqual([]);
  });
});
