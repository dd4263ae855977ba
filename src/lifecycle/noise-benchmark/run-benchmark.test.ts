import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../nn/backend/open-backend.js';
import { groupedRows } from '../../nn/testing/rows.js';
import { BENCHMARK_METHODS, type BenchmarkOptions, benchmarkSettings } from './benchmark-options.js';
import { benchmarkPicture } from './benchmark-picture.js';
import type { BenchmarkState } from './benchmark-progress.js';
import { type BenchmarkData, RecordingSet } from './recording-set.js';
import { runBenchmark } from './run-benchmark.js';
import { RunFiles } from './run-files.js';
import { summarise } from './summarise.js';

const SHAPE = [16, 20] as const;
const OPTIONS: BenchmarkOptions = {
  methods: BENCHMARK_METHODS,
  k: 3,
  runs: 2,
  network: { latentDim: 3, filters: [4, 8], pretrainEpochs: 8, epochs: 3, batchSize: 16 },
};

const root = mkdtempSync(join(tmpdir(), 'plantsense-noise-benchmark-'));
const opened: { close(): Promise<void> }[] = [];
beforeAll(() => openBackend(), 180_000);
afterAll(async () => {
  for (const data of opened) await data.close();
  rmSync(root, { recursive: true });
});

async function recordings(
  name: string,
  rows: Float32Array,
  truth: Int32Array | null,
): Promise<BenchmarkData> {
  const set = new RecordingSet(join(root, `${name}.npy`), SHAPE);
  const size = SHAPE[0] * SHAPE[1];
  for (let row = 0; row < rows.length / size; row++)
    set.add(rows.slice(row * size, (row + 1) * size), truth && `class ${truth[row]}`);
  const data = await set.finish();
  opened.push(data);
  return data;
}

/** A run in a directory of its own name; tells which results were computed. */
async function run(name: string, data: BenchmarkData, options: BenchmarkOptions, signal?: AbortSignal) {
  const computed: string[] = [];
  const states: BenchmarkState[] = [];
  let ms = 0;
  const results = await runBenchmark(data, benchmarkSettings(options), new RunFiles(join(root, name)), {
    onProgress: state => void states.push(state),
    onResult: (result, isNew) => void (isNew && computed.push(`${result.run} ${result.method}`)),
    signal: signal ?? new AbortController().signal,
    nowMs: () => ms++,
  });
  return { results, computed, states };
}

const grouped = groupedRows(48, 3, SHAPE);

describe('a benchmark of noise methods', () => {
  it('finds the groups by every method, and says how well in both spaces', async () => {
    const data = await recordings('all', grouped.data, grouped.truth);
    const { results, states } = await run('all', data, OPTIONS);
    const table = summarise(results);
    expect(table.map(({ method }) => method)).toEqual([...BENCHMARK_METHODS]);
    for (const row of table) {
      expect([row.method, row.runs, row.fitted, row.failures]).toEqual([row.method, 2, 2, {}]);
      expect([row.method, row.agreement!.nmi.mean! > 0.5]).toEqual([row.method, true]);
      expect(row.own.silhouette.std).not.toBeNull();
      expect(row.common.daviesBouldin.mean).toBeGreaterThan(0);
      expect(row.stability.mean).toBeGreaterThan(0);
      expect(row.secs.mean).toBeGreaterThan(0);
    }
    const k = table.find(({ method }) => method === 'kmeans')!;
    expect(k).toMatchObject({
      agreement: { acc: { mean: 1 } },
      stability: { mean: 1 },
      activeGroups: { mean: 3 },
    });
    // Networks share the pretraining, and it counts for each.
    const seconds = new Map(results.map(({ run, method, secs }) => [`${run} ${method}`, secs!]));
    expect(seconds.get('1 vade-elbo')).toBeGreaterThan(seconds.get('1 conv-sdae+kmeans')!);
    expect(seconds.get('1 dec+kmeans')).toBeGreaterThan(seconds.get('1 conv-sdae+kmeans')!);

    const shares = states.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(states.at(-1)).toMatchObject({ share: 1, etaSecs: 0 });
    // The Conv-SDAE's checkpoint has done its work.
    expect(readdirSync(join(root, 'all')).every(name => name.endsWith('.json'))).toBe(true);
  });

  it('computes a result once, and another method with the same Conv-SDAE later', async () => {
    const data = await recordings('again', grouped.data, null);
    const network = { ...OPTIONS.network, pretrainEpochs: 2, epochs: 1 };
    const few = { ...OPTIONS, network, methods: ['kmeans', 'conv-sdae+kmeans'] as const };
    const first = await run('again', data, few);
    expect(first.computed).toHaveLength(4);
    const second = await run('again', data, { ...few, methods: ['kmeans', 'conv-sdae+kmeans', 'vade-elbo'] });
    expect(second.computed).toEqual(['1 vade-elbo', '2 vade-elbo']);
    expect(second.results.filter(({ method }) => method !== 'vade-elbo')).toEqual(first.results);
    expect(summarise(first.results)[0]).toMatchObject({ agreement: null });
    const fresh = await run('fresh', data, { ...few, methods: ['vade-elbo'], runs: 1 });
    const { secs: _, ...alone } = fresh.results[0]!;
    expect(second.results.find(({ method }) => method === 'vade-elbo')).toMatchObject(alone);
  });

  it('goes on with the Conv-SDAE of a benchmark that was stopped', async () => {
    const data = await recordings('stopped', grouped.data, null);
    const options = { ...OPTIONS, methods: ['conv-sdae+kmeans', 'vade-seed'] as const, runs: 1 };
    const files = new RunFiles(join(root, 'stopped'));
    const controller = new AbortController();
    const stopped = runBenchmark(data, benchmarkSettings(options), files, {
      onProgress: ({ training }) => {
        if (training?.part === 'vade') controller.abort(new Error('stopped'));
      },
      signal: controller.signal,
      nowMs: () => 0,
    });
    await expect(stopped).rejects.toThrow('stopped');
    const { computed, results, states } = await run('stopped', data, options);
    expect(computed).toEqual(['1 vade-seed']);
    expect(states.filter(({ training }) => training?.part === 'pretraining')).toEqual([]);
    // What the first part of the training took is not known any more.
    expect(results.at(-1)).toMatchObject({ secs: null, outcome: { state: 'fitted' } });
  });

  it('has a collapsed fit in its row and goes on', async () => {
    // One loud recording among equal ones: one group has nearly all.
    const rows = new Float32Array(40 * 320).map((_, i) => -40 + (i % 320) / 100 + (i < 320 ? 30 : 0));
    const data = await recordings('collapsed', rows, null);
    const { results } = await run('collapsed', data, { methods: ['kmeans', 'gmm'], k: 2, runs: 2 });
    const [row] = summarise(results);
    expect(results).toHaveLength(4);
    expect(row).toMatchObject({
      fitted: 0,
      failures: { MODEL_COLLAPSED: 2 },
      own: { silhouette: { mean: null } },
    });
  });

  it('refuses results of other options, other recordings, and damaged ones', async () => {
    const data = await recordings('refused', grouped.data, null);
    const options = { methods: ['kmeans'], k: 3, runs: 1 } as const;
    await run('refused', data, options);
    const refused = (message: RegExp) => ({
      code: 'BENCHMARK_RESULT_INVALID',
      message: expect.stringMatching(message),
    });
    await expect(run('refused', data, { ...options, k: 4 })).rejects.toMatchObject(
      refused(/01-kmeans\.json was computed with k 3, not 4/),
    );
    await expect(run('refused', data, { ...options, seed: 9 })).rejects.toMatchObject(
      refused(/seed 1, not 9/),
    );
    const others = await recordings('others', groupedRows(30, 3, SHAPE).data, null);
    await expect(run('refused', others, options)).rejects.toMatchObject(refused(/other recordings/));
    const path = join(root, 'refused', '01-kmeans.json');
    writeFileSync(path, readFileSync(path).subarray(0, 50));
    await expect(run('refused', data, options)).rejects.toMatchObject(refused(/is not the result of a run/));
  });

  it('minds only the options that a method has', async () => {
    const data = await recordings('minds', grouped.data, null);
    const options = { ...OPTIONS, methods: ['kmeans', 'conv-sdae+kmeans'] as const, runs: 1 };
    await run('minds', data, options);
    const again = await run('minds', data, { ...options, network: { ...OPTIONS.network, epochs: 9 } });
    expect(again.computed).toEqual([]);
    const other = run('minds', data, { ...options, network: { ...OPTIONS.network, pretrainEpochs: 9 } });
    await expect(other).rejects.toThrow(
      /01-conv-sdae\+kmeans\.json was computed with pretrainEpochs 8, not 9/,
    );
  });

  it('refuses what can not be run', async () => {
    for (const wrong of [{ k: 1 }, { runs: 0 }, { seed: -1 }, { methods: [] }])
      expect(() => benchmarkSettings({ ...OPTIONS, ...wrong })).toThrow(
        expect.objectContaining({ code: 'PARAMETER_INVALID' }),
      );
    const data = await recordings('few', grouped.data.slice(0, 5 * 320), null);
    await expect(run('few', data, { ...OPTIONS, methods: ['vade-elbo'] })).rejects.toMatchObject({
      code: 'TRAINING_DATA_INSUFFICIENT',
    });
    const empty = new RecordingSet(join(root, 'empty.npy'), SHAPE);
    await expect(empty.finish()).rejects.toMatchObject({ code: 'TRAINING_DATA_INSUFFICIENT' });
  });

  it('draws a map and a mean spectrogram for each group', async () => {
    const data = await recordings('picture', grouped.data, null);
    const { results } = await run('picture', data, { methods: ['kmeans', 'gmm'], k: 3, runs: 2 });
    const svg = await benchmarkPicture(data, results);
    expect(svg.match(/<circle /g)).toHaveLength(2 * 48);
    expect(svg.match(/data:image\/png;base64,/g)).toHaveLength(2 * 3);
    expect(svg.match(/run 1: 3 groups/g)).toHaveLength(2);
    expect(svg).not.toContain('NaN');
  });
});
