import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusteringIndices } from '../../cluster/clustering-indices.js';
import { openBackend } from '../../nn/backend/open-backend.js';
import { groupedRows } from '../../nn/testing/rows.js';
import { BENCHMARK_METHODS, type BenchmarkOptions, benchmarkSettings } from './benchmark-options.js';
import type { BenchmarkState } from './benchmark-progress.js';
import { commonSpace } from './common-space.js';
import { HeldOutLikelihood } from './held-out-likelihood.js';
import { principalComponents } from './principal-components.js';
import { type BenchmarkData, RecordingSet } from './recording-set.js';
import { runBenchmark } from './run-benchmark.js';
import { RunFiles } from './run-files.js';
import type { FittedOutcome, RunResult } from './run-result.js';
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
    await set.add(rows.slice(row * size, (row + 1) * size), truth && `class ${truth[row]}`);
  const data = await set.finish();
  opened.push(data);
  return data;
}

/** A run in a directory of its own name; tells which results were computed. */
async function run(name: string, data: BenchmarkData, options: BenchmarkOptions, signal?: AbortSignal) {
  const computed: string[] = [];
  const states: BenchmarkState[] = [];
  let backends = 0;
  let ms = 0;
  const results = await runBenchmark(data, benchmarkSettings(options), new RunFiles(join(root, name)), {
    openBackend: async () => backends++,
    onProgress: state => void states.push(state),
    onResult: (result, isNew) => void (isNew && computed.push(`${result.run} ${result.method}`)),
    signal: signal ?? new AbortController().signal,
    nowMs: () => ms++,
  });
  return { results, computed, states, backends };
}

const grouped = groupedRows(48, 3, SHAPE);

describe('a benchmark of noise methods', () => {
  it('finds the groups by every method, and says how well in both spaces', async () => {
    const data = await recordings('all', grouped.data, grouped.truth);
    const { results, states, backends } = await run('all', data, OPTIONS);
    expect(backends).toBe(1);
    const table = summarise(results, new HeldOutLikelihood(data.pooled));
    expect(table.map(({ method }) => method)).toEqual([...BENCHMARK_METHODS]);
    for (const row of table) {
      expect([row.method, row.runs, row.fitted, row.failures]).toEqual([row.method, 2, 2, {}]);
      expect([row.method, row.agreement!.nmi.mean! > 0.5]).toEqual([row.method, true]);
      expect(row.own.silhouette.std).not.toBeNull();
      expect(row.common.daviesBouldin.mean).toBeGreaterThan(0);
      expect(row.stability.mean).toBeGreaterThan(0);
      expect(row.heldOutLikelihood.mean).toBeGreaterThan(0);
      expect(row.secs.mean).toBeGreaterThan(0);
    }
    const k = table.find(({ method }) => method === 'kmeans')!;
    expect(k).toMatchObject({
      agreement: { acc: { mean: 1 } },
      stability: { mean: 1 },
      activeGroups: { mean: 3 },
    });
    // Whitened components are shown as they are, the widest first.
    const shown = results.find(({ method }) => method === 'pca+kmeans')!.outcome;
    const [first] = principalComponents(data.pooled).data;
    expect(shown.state === 'fitted' && shown.map[0]![0]).toBeCloseTo(first!, 3);
    // The common space is one for all, whatever a method groups in.
    const shared = commonSpace(data.pooled);
    for (const { outcome } of results) {
      const fitted = outcome as FittedOutcome;
      expect(clusteringIndices(shared, fitted.labels, null)).toMatchObject(fitted.common);
      expect(fitted.own.calinskiHarabasz).not.toBe(fitted.common.calinskiHarabasz);
    }
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
    expect(summarise(first.results, new HeldOutLikelihood(data.pooled))[0]).toMatchObject({
      agreement: null,
    });
    const fresh = await run('fresh', data, { ...few, methods: ['vade-elbo'], runs: 1 });
    const { secs: _, ...alone } = fresh.results[0]!;
    expect(second.results.find(({ method }) => method === 'vade-elbo')).toMatchObject(alone);
  });

  it('takes a result as an older benchmark left it, and adds only baselines that are new', async () => {
    const data = await recordings('older', grouped.data.slice(0, 4 * 320), null);
    const directory = join(root, 'older');
    mkdirSync(directory);
    const inner = '{"silhouette":0.5,"calinskiHarabasz":9,"daviesBouldin":null}';
    writeFileSync(
      join(directory, '01-kmeans.json'),
      `{"format":1,"method":"kmeans","run":1,"seed":1,"recordings":"${data.fingerprint}","options":{"k":2},"secs":0.25,"outcome":{"state":"fitted","labels":[0,1,1,0],"activeGroups":2,"largestShare":0.5,"own":${inner},"common":${inner},"agreement":null,"map":[[0,0],[0,1],[1,0],[1,1]]}}\n`,
    );
    const options = { methods: ['kmeans', 'pca+kmeans', 'spectrogram+kmeans'], k: 2, runs: 1 } as const;
    const { results, computed, backends } = await run('older', data, options);
    expect(computed).toEqual(['1 pca+kmeans', '1 spectrogram+kmeans']);
    expect(backends).toBe(0);
    expect(results[0]).toMatchObject({ secs: 0.25, outcome: { labels: [0, 1, 1, 0] } });
  });

  describe('that was stopped', () => {
    const options: BenchmarkOptions = {
      ...{ ...OPTIONS, methods: ['conv-sdae+kmeans', 'dec+kmeans', 'dec', 'vade-seed'], runs: 1 },
      network: { ...OPTIONS.network, pretrainEpochs: 3, epochs: 3 },
    };
    const labelsOf = (results: readonly RunResult[]) =>
      results.map(({ outcome }) => outcome.state === 'fitted' && outcome.labels);
    let data: BenchmarkData;
    let undisturbed: RunResult[];
    beforeAll(async () => {
      data = await recordings('stopped', grouped.data, null);
      undisturbed = (await run('undisturbed', data, options)).results;
    });

    it.each([
      ['pretraining', 4, []],
      ['dec', 2, ['pretraining']],
      ['vade', 7, ['pretraining', 'dec']],
    ] as const)('in %s, step %i, ends with the same groups', async (part, step, done) => {
      const name = `stopped in ${part}`;
      const controller = new AbortController();
      const stopped = runBenchmark(data, benchmarkSettings(options), new RunFiles(join(root, name)), {
        onProgress: ({ training }) => {
          if (training?.part === part && training.step === step) controller.abort(new Error('stopped'));
        },
        signal: controller.signal,
        nowMs: () => 0,
      });
      await expect(stopped).rejects.toThrow('stopped');
      const { results, states } = await run(name, data, options);
      expect(labelsOf(results)).toEqual(labelsOf(undisturbed));
      const trainings = states.flatMap(({ training, etaSecs }) =>
        training ? [{ ...training, etaSecs }] : [],
      );
      expect(trainings[0]).toMatchObject({ part, step: step + 1 });
      expect(trainings.filter(training => (done as readonly string[]).includes(training.part))).toEqual([]);
      // What was done before is no measure of the pace: the clock ticks once a state.
      expect(trainings[0]!.etaSecs).toBeGreaterThan(0.03);
      // What the first part of the training took is not known any more.
      expect(results.at(-1)).toMatchObject({ secs: null });
      expect(readdirSync(join(root, name)).filter(file => file.endsWith('.checkpoint'))).toEqual([]);
    });

    it('begins anew when what a training depends on is another', async () => {
      const name = 'stopped and changed';
      const controller = new AbortController();
      const one = { ...options, methods: ['dec'] as const };
      const stopped = runBenchmark(data, benchmarkSettings(one), new RunFiles(join(root, name)), {
        onProgress: ({ training }) => {
          if (training?.part === 'dec') controller.abort(new Error('stopped'));
        },
        signal: controller.signal,
        nowMs: () => 0,
      });
      await expect(stopped).rejects.toThrow('stopped');
      const network = { ...options.network, epochs: 2 };
      const { states } = await run(name, data, { ...one, network });
      const trainings = states.flatMap(({ training }) => (training ? [training] : []));
      expect(trainings[0]).toMatchObject({ part: 'dec', step: 1 });
    });
  });

  it('has a collapsed fit in its row and goes on', async () => {
    // One loud recording among equal ones: one group has nearly all.
    const rows = new Float32Array(40 * 320).map((_, i) => -40 + (i % 320) / 100 + (i < 320 ? 30 : 0));
    const data = await recordings('collapsed', rows, null);
    const { results } = await run('collapsed', data, { methods: ['kmeans', 'gmm'], k: 2, runs: 2 });
    const [row] = summarise(results, new HeldOutLikelihood(data.pooled));
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
    // TensorFlow takes seconds to load, and nothing is left to train.
    expect(again.backends).toBe(0);
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
    const empty = new RecordingSet(join(root, 'empty.npy'), SHAPE);
    await expect(empty.finish()).rejects.toMatchObject({ code: 'TRAINING_DATA_INSUFFICIENT' });
  });

  it('takes no result of the same recordings in other classes', async () => {
    const options = { ...OPTIONS, methods: ['kmeans'] as const, runs: 1 };
    await run('classes', await recordings('classes', grouped.data, grouped.truth), options);
    const other = await recordings('others', grouped.data, grouped.truth.toReversed());
    await expect(run('classes', other, options)).rejects.toThrow(/of other recordings or classes/);
  });

  it('tells of too few recordings before it trains, not after hours of it', async () => {
    const data = await recordings('few', grouped.data.slice(0, 5 * 320), null);
    for (const [method, k] of [
      ['kmeans', 6],
      ['conv-sdae+kmeans', 6],
      ['dec+kmeans', 3],
      ['vade-elbo', 3],
    ] as const) {
      const begun: string[] = [];
      const settings = benchmarkSettings({ ...OPTIONS, methods: [method], k });
      const running = runBenchmark(data, settings, new RunFiles(join(root, 'few')), {
        openBackend: async () => begun.push('backend'),
        onProgress: () => void begun.push('work'),
        signal: new AbortController().signal,
        nowMs: () => 0,
      });
      await expect(running).rejects.toMatchObject({ code: 'TRAINING_DATA_INSUFFICIENT' });
      expect(begun).toEqual([]);
    }
  });
});
