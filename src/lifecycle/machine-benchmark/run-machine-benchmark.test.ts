import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../nn/backend/open-backend.js';
import { NpySource } from '../../nn/training/npy-source.js';
import { machineSound } from '../machine-model/machine-sound.js';
import { SegmentCollector } from '../machine-model/segment-set.js';
import { splitRecordings } from '../machine-model/split-recordings.js';
import { machineHum, TINY_FIT, TINY_SEGMENTER } from '../machine-model/testing/tiny-machine.js';
import { addClacks } from './clacks.js';
import { type MachineBenchmarkData, runMachineBenchmark } from './run-machine-benchmark.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-machine-bench-'));
let data: MachineBenchmarkData;
let source: NpySource;
beforeAll(async () => {
  await openBackend();
  const collector = new SegmentCollector(join(directory, 'segments.npy'), TINY_SEGMENTER);
  const hums = Array.from({ length: 12 }, (_, i) => machineHum(288 + 192 * 24, i + 1));
  const recordings = [];
  for (const [i, hum] of hums.entries())
    recordings.push(await collector.add(`${i}`, machineSound(hum, 16_300)));
  const normal = splitRecordings(recordings, { validation: 0.25, test: 0.25 }, 1);
  const clacked = [];
  for (const { name } of normal.test) {
    const { samples } = addClacks(hums[Number(name)]!, 16_300, {
      snrDb: -12,
      seed: 1,
      gapSecs: [0.004, 0.01],
    });
    clacked.push(await collector.add(`${name}+clack`, machineSound(samples, 16_300)));
  }
  const set = await collector.finish();
  source = await NpySource.open(set.tensors.path);
  data = { set, source, normal, abnormal: [], categories: new Map([['clack -12 dB', clacked]]) };
}, 180_000);
afterAll(async () => {
  await source.close();
  rmSync(directory, { recursive: true });
});

describe('a benchmark of a machine', () => {
  it('judges network and principal components on the same recordings', async () => {
    const phases: string[] = [];
    const { methods, differences, windows, fitted } = await runMachineBenchmark(data, {
      fit: { ...TINY_FIT, steps: 60 },
      ...{ components: 5, resamples: 50 },
      onPhase: phase => void phases.push(phase),
    });
    expect(windows).toBe('within');
    expect(phases).toEqual(['components', 'network', 'scores', 'bootstrap']);
    expect(methods.map(({ method }) => method)).toEqual(['network', 'pca-5']);
    for (const { categories } of methods) {
      expect(categories).toMatchObject([
        {
          name: 'clack -12 dB',
          recordings: { normal: 3, abnormal: 3 },
          segments: { normal: 75, abnormal: 75 },
        },
      ]);
      expect(categories[0]!.means[0]!.auc).toBeGreaterThan(0.9);
    }
    const [network, pca] = methods.map(({ categories }) => categories[0]!.means[0]!.auc!);
    expect(differences[0]).toMatchObject({ category: 'clack -12 dB', n: 1 });
    expect(differences[0]!.difference).toBeCloseTo(network! - pca!, 12);
    // Trained with the training part alone.
    expect(fitted.artefact.card.details).toMatchObject({ recordings: { training: 6, validation: 3 } });
    expect(methods[0]!.categories[0]!.means[0]!.threshold).toEqual(fitted.model.details.thresholds[0]);
    fitted.model.dispose();
  });

  it('tells thresholds by abnormal recordings that it does not judge', async () => {
    const [telling, ...judged] = data.categories.get('clack -12 dB')!;
    const { methods, fitted } = await runMachineBenchmark(
      { ...data, abnormal: [telling!], categories: new Map([['clack', judged]]) },
      {
        fit: { ...TINY_FIT, steps: 20, rule: { type: 'sensitivity', sensitivity: 1 } },
        ...{ components: 5, resamples: 10 },
      },
    );
    expect(fitted.model.details.recordings).toMatchObject({ training: 6, validation: 3, abnormal: 1 });
    for (const { categories } of methods) {
      expect(categories).toMatchObject([{ name: 'clack', recordings: { normal: 3, abnormal: 2 } }]);
      const [single, ofFive] = categories[0]!.means;
      // Of the recording that told it, every segment is found.
      expect(single!.threshold).toMatchObject({ type: 'sensitivity', sensitivity: 1, provisional: true });
      expect(ofFive!.threshold).toMatchObject({ type: 'sensitivity', sensitivity: 1 });
    }
    fitted.model.dispose();
  });
});
