import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeWav } from '../audio/wav.js';
import { TrainingJob } from '../lifecycle/training-job.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { Random } from '../random.js';
import { runInProcess } from './testing/run-in-process.js';

const root = mkdtempSync(join(tmpdir(), 'plantsense-bench-'));
const recordings = join(root, 'recordings');
const out = join(root, 'out');
const SAMPLE_RATE_HZ = 22_050;

beforeAll(async () => {
  const random = new Random(1);
  for (const [name, hz] of [
    ['fan', 200],
    ['saw', 4000],
  ] as const) {
    mkdirSync(join(recordings, name), { recursive: true });
    for (let i = 0; i < 4; i++) {
      const samples = Float32Array.from(
        { length: SAMPLE_RATE_HZ },
        (_, t) =>
          0.3 * Math.sin((2 * Math.PI * hz * (1 + i / 50) * t) / SAMPLE_RATE_HZ) + 0.01 * random.normal(),
      );
      writeFileSync(join(recordings, name, `${i}.wav`), encodeWav(samples, SAMPLE_RATE_HZ));
    }
  }
  await openBackend();
}, 180_000);
afterAll(() => rmSync(root, { recursive: true }));

function bench(directory: string, ...flags: string[]) {
  const tiny = '--k 2 --filters 2,2,2 --latent-dim 2 --pretrain-epochs 2 --epochs 1'.split(' ');
  return runInProcess(['bench', 'noise', directory, '--out', out, ...tiny, ...flags]);
}

describe('bench noise', () => {
  it("makes the paper's table of recordings in folders, and again without computing anew", async () => {
    const flags = ['--labels-from', 'folders', '--runs', '2'];
    const text = await bench(recordings, ...flags);
    expect(text).toMatchObject({ code: 0 });
    expect(text.stdout).toContain("In each method's own space");
    expect(text.stdout).toMatch(/kmeans +\d\.\d{3} ± \d/);
    expect(text.stdout).toContain('Agreement with the known classes');
    expect(text.stdout.match(/^\(known classes\)/gm)).toHaveLength(2);
    expect(text.stdout).toMatch(/stability +held-out nats +seconds/);
    expect(text.stderr).toMatch(/run 2\/2 vade-elbo: /);
    expect(readFileSync(join(out, 'table.txt'), 'utf8')).toBe(text.stdout);
    expect(readFileSync(join(out, 'picture.svg'), 'utf8')).toContain('</svg>');
    expect(readFileSync(join(out, 'table.csv'), 'utf8').split('\n')).toHaveLength(8);
    expect(readdirSync(join(out, 'runs'))).toHaveLength(12);

    const json = await bench(recordings, ...flags, '--json');
    expect(json).toMatchObject({ code: 0, stderr: '' });
    const table = JSON.parse(json.stdout);
    expect(table).toMatchObject({ recordings: 8, classes: ['fan', 'saw'], k: 2, runs: 2, seed: 1 });
    expect(table.methods.map(({ method }: { method: string }) => method)).toEqual([
      ...['kmeans', 'gmm', 'dec+kmeans', 'dec', 'vade-seed', 'vade-elbo'],
    ]);
    // A method that finds the classes comes to what they come to.
    expect(table.knownClasses.common.silhouette).toBeCloseTo(table.methods[0].common.silhouette.mean, 12);
    expect(table.methods[0].heldOutLikelihood.mean).toBeCloseTo(table.knownClasses.heldOutLikelihood, 9);
    expect(table.methods[0]).toMatchObject({ fitted: 2, agreement: { nmi: { mean: 1, std: 0 } } });
    expect(readdirSync(out).sort()).toEqual(['picture.svg', 'runs', 'table.csv', 'table.json', 'table.txt']);
  });

  it('says what each method groups, and adds baselines to a table that is there', async () => {
    const methods = 'gmm,pca+gmm,spectrogram+kmeans,dec';
    const text = await bench(recordings, '--labels-from', 'folders', '--runs', '2', '--methods', methods);
    expect(text).toMatchObject({ code: 0 });
    expect(text.stderr.match(/^run .*$/gm)!.map(line => line.split(':')[0])).toEqual([
      ...['run 1/2 pca+gmm', 'run 1/2 spectrogram+kmeans', 'run 2/2 pca+gmm', 'run 2/2 spectrogram+kmeans'],
    ]);
    expect(text.stdout).toContain(
      [
        'gmm: mean and standard deviation of each mel band',
        'pca+gmm: first 10 principal components of the same, standardised before and whitened after',
        'spectrogram+kmeans: log-mel spectrograms, flat',
        'dec: latents of the network',
      ].join('\n'),
    );
    const cells = readFileSync(join(out, 'table.csv'), 'utf8')
      .split('\n')
      .map(line => line.split(',').slice(0, 2).join(' '));
    expect(cells).toEqual([
      ...['method space', 'gmm pooled', 'pca+gmm pca', 'spectrogram+kmeans spectrogram', 'dec latent', ''],
    ]);
  });

  it('refuses results of other classes and options', async () => {
    const ended = await bench(recordings, '--runs', '1', '--methods', 'kmeans');
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('BENCHMARK_RESULT_INVALID');
  });

  it('runs once at a time in a directory, and leaves none that it can not fill', async () => {
    const job = await TrainingJob.own(join(out, '.training', 'bench-noise'));
    const second = await bench(recordings, '--runs', '1');
    expect(second).toMatchObject({ code: 3, stdout: '' });
    expect(second.stderr).toContain(`TRAINING_IN_USE`);
    expect(second.stderr).toContain(`process ${process.pid}`);
    await job.remove();
    const nothing = join(root, 'nothing');
    const failed = await runInProcess(['bench', 'noise', join(root, 'none'), '--k', '2', '--out', nothing]);
    expect(failed.stderr).toContain('FILE_NOT_FOUND');
    expect(existsSync(nothing)).toBe(false);
  });

  it.each<[string, string, string[], string]>([
    ['a directory that is not there', 'none', [], 'FILE_NOT_FOUND'],
    ['recordings in no folder', 'recordings/fan', ['--labels-from', 'folders'], 'USAGE_INVALID'],
    ['a directory without recordings', 'out', [], 'FILE_NOT_FOUND'],
    ['an unknown method', 'recordings', ['--methods', 'kmeans,magic'], 'It must be a list of kmeans, gmm'],
    ['one group', 'recordings', ['--k', '1'], 'It must be a whole number from 2 to 1000'],
  ])('says what is wrong with %s', async (_, directory, flags, message) => {
    const ended = await bench(join(root, directory), ...flags);
    expect(ended.code).toBeGreaterThan(0);
    expect(ended.stderr).toContain(message);
  });
});
