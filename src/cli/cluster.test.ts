import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy, type NpyArray } from '../npy.js';
import { runInProcess } from './testing/run-in-process.js';

const goldens = new URL('../../test/goldens/cluster/', import.meta.url).pathname;
const blobs = `${goldens}blobs.npy`;
const truth = `${goldens}blobs.truth.npy`;
const directory = mkdtempSync(join(tmpdir(), 'plantsense-cluster-'));
afterAll(() => rmSync(directory, { recursive: true }));

const out = join(directory, 'labels.npy');

function save(name: string, data: NpyArray, shape?: readonly number[]): string {
  const path = join(directory, name);
  writeFileSync(path, encodeNpy(data, shape));
  return path;
}

function cluster(algorithm: string, ...flags: string[]) {
  return runInProcess([
    'cluster',
    '--algorithm',
    algorithm,
    '--k',
    '5',
    '--in',
    blobs,
    '--out',
    out,
    ...flags,
  ]);
}

async function metrics(labels: string, ...flags: string[]) {
  const ended = await runInProcess(['metrics', '--in', blobs, '--labels', labels, ...flags, '--json']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout);
}

describe('cluster', () => {
  it.each([
    ['kmeans'],
    ['kmeans', '--n-init', '3', '--max-iter', '50', '--pca', '4'],
    ['minibatch-kmeans', '--batch-size', '200', '--n-init', '5'],
    ['agglomerative'],
    ['agglomerative', '--linkage', 'average'],
    ['spectral', '--n-neighbors', '15'],
    ['spectral', '--affinity', 'rbf', '--gamma', '0.005'],
    ['gmm'],
    ['gmm', '--covariance-type', 'diag', '--reg-covar', '1e-4', '--n-init', '2'],
  ])('finds the blobs by %s %s %s %s %s', async (algorithm, ...flags) => {
    const ended = await cluster(algorithm, ...flags, '--json');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({ out, algorithm, k: 5, rows: 600 });
    expect((await metrics(out, '--truth', truth)).ari).toBeGreaterThan(0.9);
  });

  it('gives the same file for the same seed', async () => {
    await cluster('kmeans', '--seed', '3');
    const first = readFileSync(out);
    await cluster('kmeans', '--seed', '3');
    expect(readFileSync(out).equals(first)).toBe(true);
    expect(decodeNpy(first)).toMatchObject({ shape: [600], data: expect.any(Int32Array) });
  });

  it('tells sizes and what the fit found', async () => {
    const text = await cluster('kmeans');
    expect(text.stdout).toMatch(
      /^\S+labels\.npy: 600 rows in clusters of \d+(, \d+){4}\ninertia: [\d.]+\nnIter: \d+\n$/,
    );
    const json = JSON.parse((await cluster('gmm', '--json')).stdout);
    expect(json.sizes.reduce((a: number, b: number) => a + b)).toBe(600);
    expect(json).toMatchObject({
      cols: 16,
      converged: true,
      lowerBound: expect.any(Number),
      bic: expect.any(Number),
    });
  });

  it('refuses an option that the algorithm does not take', async () => {
    const ended = await cluster('kmeans', '--covariance-type', 'full');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('USAGE_INVALID: --covariance-type is no option of kmeans.');
  });

  it('refuses an option that the affinity does not take, where it was passed over in silence', async () => {
    const rbf = await cluster('spectral', '--affinity', 'rbf', '--n-neighbors', '5');
    expect(rbf).toMatchObject({ code: 2, stdout: '' });
    expect(rbf.stderr).toContain('--n-neighbors is no option of spectral with rbf.');
    const nearest = await cluster('spectral', '--gamma', '5');
    expect(nearest.stderr).toContain('--gamma is no option of spectral with nearest_neighbors.');
  });

  it('leaves the input alone when --out names it, by whatever path', async () => {
    const input = save('both.npy', Float64Array.of(1, 2, 3, 4), [4, 1]);
    const before = readFileSync(input);
    symlinkSync(input, join(directory, 'link.npy'));
    for (const name of ['both.npy', './both.npy', 'link.npy']) {
      const flags = ['--k', '2', '--in', input, '--out', `${directory}/${name}`];
      const ended = await runInProcess(['cluster', '--algorithm', 'kmeans', ...flags]);
      expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('USAGE_INVALID: --out is the')]);
      expect(readFileSync(input).equals(before)).toBe(true);
    }
  });

  it('says before it computes that it can not write', async () => {
    // Read first, this input would be what is wrong.
    const flags = ['--k', '2', '--in', `${goldens}reference.json`, '--out', join(directory, 'no/labels.npy')];
    const ended = await runInProcess(['cluster', '--algorithm', 'kmeans', ...flags]);
    expect([ended.code, ended.stderr]).toEqual([
      1,
      expect.stringMatching(/^FILE_NOT_WRITABLE: Can't write .*: no such/),
    ]);
  });

  const rows = Float64Array.of(1, 2, 3, 4, 5, 6);
  it.each<[string, () => string, string, number]>([
    ['a missing file', () => join(directory, 'none.npy'), 'FILE_NOT_FOUND', 1],
    ['a file of another kind', () => `${goldens}reference.json`, 'NPY_INVALID', 1],
    ['NaN', () => save('nan.npy', rows.with(3, Number.NaN), [6, 1]), 'MATRIX_INVALID', 1],
    ['one dimension', () => save('flat.npy', rows), 'MATRIX_INVALID', 1],
    ['three dimensions', () => save('cube.npy', rows, [3, 2, 1]), 'MATRIX_INVALID', 1],
    ['no rows', () => save('empty.npy', new Float64Array(0), [0, 3]), 'MATRIX_INVALID', 1],
    ['fewer rows than clusters', () => save('few.npy', rows, [3, 2]), 'PARAMETER_INVALID', 2],
  ])('says what is wrong with %s', async (_, file, code, exitCode) => {
    const ended = await runInProcess([
      'cluster',
      '--algorithm',
      'gmm',
      '--k',
      '5',
      '--in',
      file(),
      '--out',
      out,
    ]);
    expect(ended).toMatchObject({ code: exitCode, stdout: '' });
    expect(ended.stderr).toContain(code);
  });

  it('says so when a mixture can not be fitted', async () => {
    const line = save(
      'line.npy',
      Float64Array.from({ length: 40 }, (_, i) => Math.floor(i / 2)),
      [20, 2],
    );
    const flags = ['--algorithm', 'gmm', '--k', '2', '--in', line, '--out', out, '--reg-covar', '0'];
    const ended = await runInProcess(['cluster', ...flags]);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('MIXTURE_ILL_DEFINED');
  });

  it('reads whole numbers and 32-bit floats', async () => {
    for (const data of [Int32Array.of(0, 1, 100, 101), Float32Array.of(0, 1, 100, 101)]) {
      const flags = ['--k', '2', '--in', save('numbers.npy', data, [4, 1]), '--out', out];
      expect(await runInProcess(['cluster', '--algorithm', 'kmeans', ...flags])).toMatchObject({ code: 0 });
      const { data: labels } = decodeNpy(readFileSync(out));
      expect([labels[0] === labels[1], labels[2] === labels[3], labels[0] === labels[2]]).toEqual([
        true,
        true,
        false,
      ]);
    }
  });
});

describe('metrics', () => {
  it('has these keys and no others', async () => {
    const keys = ['silhouette', 'calinskiHarabasz', 'daviesBouldin', 'entropy', 'ari', 'nmi', 'acc'];
    const known = await metrics(truth, '--truth', truth);
    expect(Object.keys(known)).toEqual(keys);
    expect(known).toMatchObject({ ari: 1, acc: 1 });
    expect(known.silhouette).toBeCloseTo(0.7001794892273994, 9);
    const unknown = await metrics(truth);
    expect(Object.keys(unknown)).toEqual(keys);
    expect(unknown).toMatchObject({ ari: null, nmi: null, acc: null });
  });

  it('prints a table, with a dash for what is not defined', async () => {
    const one = save('one.npy', new Int32Array(600));
    const ended = await runInProcess(['metrics', '--in', blobs, '--labels', one]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/silhouette +-\n/);
    expect(ended.stdout).toMatch(/entropy +0\.00000\n/);
  });

  it.each<[string, () => string]>([
    ['labels of other rows', () => save('short.npy', new Int32Array(599))],
    ['labels in a table', () => save('table.npy', new Int32Array(600), [600, 1])],
    ['labels that are not integers', () => save('floats.npy', new Float32Array(600))],
  ])('refuses %s', async (_, file) => {
    for (const flags of [
      ['--labels', file()],
      ['--labels', truth, '--truth', file()],
    ]) {
      const ended = await runInProcess(['metrics', '--in', blobs, ...flags]);
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toContain('MATRIX_INVALID');
    }
  });
});
