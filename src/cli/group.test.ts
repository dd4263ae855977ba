import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../npy.js';
import { Interrupted } from './exit-code.js';
import { type Ended, runInProcess } from './testing/run-in-process.js';
import { writeSurfaces } from './testing/write-images.js';

const goldens = new URL('../../test/goldens/cluster/', import.meta.url).pathname;
const blobs = `${goldens}blobs.npy`;
const truth = `${goldens}blobs.truth.npy`;
const directory = mkdtempSync(join(tmpdir(), 'plantsense-group-cli-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(at(name), 'utf8');

const quick = ['--k', '2..6', '--algorithms', 'kmeans,agglomerative'];
const group = (...args: string[]) => runInProcess(['group', ...args]);
const groupBlobs = (out: string, ...args: string[]) =>
  group(blobs, '--near-labels', truth, ...quick, '--out', at(out), ...args);

function save(name: string, data: Float32Array, shape: readonly number[]): string {
  writeFileSync(at(name), encodeNpy(data, shape));
  return at(name);
}

function answerOf({ code, stdout, stderr }: Ended) {
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('group', () => {
  it('writes every cell, the group of every row, and pictures that a person reads', async () => {
    const ended = await groupBlobs('first');
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout).toContain('10 cells tried. Chosen from:');
    expect(ended.stdout).toContain(`Start with ${at('first/index.html')}.`);
    const cells = read('first/cells.csv').trim().split('\n');
    expect(cells).toHaveLength(11);
    expect(cells.filter(line => line.startsWith(',1,'))).toHaveLength(1);
    const groups = read('first/groups.csv').trim().split('\n');
    expect([groups.length, groups[0]]).toEqual([601, 'row,path,near_label,group']);
    expect(groups[1]).toMatch(/^0,,\d,\d$/);
    const page = read('first/index.html');
    for (const picture of ['curves.svg', 'map.svg']) {
      expect(page).toContain(`src="${picture}"`);
      expect(read(`first/${picture}`)).not.toMatch(/NaN|undefined/);
    }
    expect(page).not.toContain('group-0.jpg');
  });

  it('computes only what is new when a person chooses, and names groups by their path', async () => {
    const before = read('first/.grouping/cells.ndjson').split('\n').length;
    const answer = answerOf(
      await groupBlobs('first', '--choose', 'kmeans:5', '--split', '1=kmeans:2', '--json'),
    );
    expect(read('first/.grouping/cells.ndjson').split('\n').length).toBe(before + 1);
    expect(
      answer.tree.children.map(({ images, purity }: { images: number; purity: number }) => [images, purity]),
    ).toEqual(Array(5).fill([120, 1]));
    expect(answer.tree.split).toMatchObject({
      rule: { type: 'fixed' },
      chosen: { algorithm: 'kmeans', k: 5, nmi: 1 },
    });
    expect(answer.tree.children[1].children.map(({ path }: { path: string }) => path)).toEqual([
      '1/0',
      '1/1',
    ]);
    expect(read('first/groups.csv')).toMatch(/^\d+,,\d,1\/0$/m);
    expect(answer.files).toEqual(expect.arrayContaining(['index.html', 'curves-1.svg', 'map-1.svg']));
    // What the next answer does not have is gone.
    answerOf(await groupBlobs('first', '--choose', 'kmeans:5', '--json'));
    expect(existsSync(at('first/curves-1.svg'))).toBe(false);
  });

  it('goes on where it was interrupted, and is the same then', async () => {
    const controller = new AbortController();
    let isOver = false;
    const args = ['group', blobs, '--near-labels', truth, ...quick, '--json', '--depth', '2', '--out'];
    const interrupted = runInProcess([...args, at('cut')], { signal: controller.signal }).finally(() => {
      isOver = true;
    });
    const kept = at('cut/.grouping/cells.ndjson');
    while (!isOver && !(existsSync(kept) && readFileSync(kept).includes(10))) await new Promise(setImmediate);
    controller.abort(new Interrupted('SIGINT'));
    const stopped = await interrupted;
    expect([stopped.code, stopped.stdout]).toEqual([130, '']);
    expect(stopped.stderr).toMatch(/\d+ cells are kept in .*cut: the same command goes on with them\./);
    expect(existsSync(at('cut/index.html'))).toBe(false);
    const lines = readFileSync(kept, 'utf8').split('\n').length;
    expect(lines).toBeGreaterThan(1);

    const resumed = answerOf(await runInProcess([...args, at('cut')]));
    const afresh = answerOf(await runInProcess([...args, at('whole')]));
    expect({ ...resumed, out: '' }).toEqual({ ...afresh, out: '' });
    for (const name of readdirSync(at('whole')).filter(file => file !== '.grouping'))
      expect([name, read(`cut/${name}`)]).toEqual([name, read(`whole/${name}`)]);
  });

  it('keeps apart what is of other features or near-labels, unless it may begin anew', async () => {
    const other = await group(blobs, ...quick, '--out', at('first'));
    expect([other.code, other.stdout]).toEqual([1, '']);
    expect(other.stderr).toMatch(
      /GROUPING_RESULT_INVALID: .*differs in near_labels \(\w+ there, none now\)\./,
    );
    expect((await group(blobs, ...quick, '--out', at('first'), '--restart')).code).toBe(0);
  });
});

describe('group of images', () => {
  beforeAll(async () => {
    await writeSurfaces(at('images'), 8);
  });
  const images = (...args: string[]) =>
    group(at('images'), '--encoder', 'texture', ...quick, '--near-labels', 'folders', ...args);

  it('finds what their folders are, and shows thumbnails of each group', async () => {
    const answer = answerOf(await images('--out', at('surfaces'), '--choose', 'kmeans:3', '--json'));
    expect(answer.nearLabels).toEqual(['checks', 'plain', 'stripes']);
    expect(answer.tree.split.chosen).toMatchObject({ accuracy: 1, adjustedCScore: 1 });
    expect(readdirSync(at('surfaces')).filter(name => name.endsWith('.jpg'))).toEqual([
      'group-0.jpg',
      'group-1.jpg',
      'group-2.jpg',
    ]);
    expect(readFileSync(at('surfaces/group-0.jpg')).subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8));
    expect(read('surfaces/groups.csv')).toContain(`0,${at('images/checks/0.png')},checks,`);
  });

  it('does not encode again, and its features can be grouped by themselves', async () => {
    const { mtimeMs } = statSync(at('surfaces/features.npy'));
    const again = await images('--out', at('surfaces'), '--choose', 'agglomerative:2', '--thumbnails', '0');
    expect(again.code).toBe(0);
    expect(statSync(at('surfaces/features.npy')).mtimeMs).toBe(mtimeMs);
    expect(readdirSync(at('surfaces')).some(name => name.endsWith('.jpg'))).toBe(false);
    const features = [
      '--names',
      at('surfaces/images.csv'),
      '--near-labels',
      'folders',
      '--choose',
      'kmeans:3',
    ];
    const answer = answerOf(
      await group(at('surfaces/features.npy'), ...features, ...quick, '--out', at('by-features'), '--json'),
    );
    expect(answer.tree.split.chosen.accuracy).toBe(1);
    expect(existsSync(at('by-features/group-2.jpg'))).toBe(true);
  });

  it('still groups when the images have gone since they were encoded', async () => {
    writeFileSync(at('gone.csv'), read('surfaces/images.csv').replaceAll('/images/', '/elsewhere/'));
    const args = ['--names', at('gone.csv'), ...quick, '--out', at('gone')];
    const ended = await group(at('surfaces/features.npy'), ...args);
    expect([ended.code, ended.stderr]).toEqual([
      0,
      expect.stringMatching(/^\d groups have no thumbnails\. FILE_NOT_FOUND: .*elsewhere/),
    ]);
    expect(existsSync(at('gone/index.html'))).toBe(true);
  });

  it('is not written among the images', async () => {
    const ended = await group(at('images'), '--encoder', 'texture', '--out', at('images/groups'));
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('would be images of the next run');
    expect(existsSync(at('images/groups'))).toBe(false);
  });

  it('takes near-labels of a table, and says whom it leaves out', async () => {
    writeFileSync(at('labels.csv'), 'path,near_label\nchecks/0.png,a\n');
    const args = ['--encoder', 'texture', ...quick, '--out', at('no'), '--near-labels', at('labels.csv')];
    const ended = await group(at('images'), ...args);
    expect([ended.code, ended.stdout]).toEqual([1, '']);
    expect(ended.stderr).toContain('NEAR_LABELS_INVALID');
    expect(ended.stderr).toMatch(
      /labels\.csv: It has no line for 23 of 24 images: .*checks\/1\.png, .* and 18 more\./,
    );
    expect(existsSync(at('no'))).toBe(false);
  });
});

describe('what can not be grouped', () => {
  const few = () =>
    save(
      'few.npy',
      Float32Array.from({ length: 20 }, (_, i) => i),
      [10, 2],
    );

  it.each<[string, () => string[], number, string]>([
    ['no images', () => [at('nothing'), '--encoder', 'texture'], 1, 'There is no file or directory'],
    [
      'images without an encoder',
      () => [goldens],
      2,
      'Images need an encoder: --encoder texture needs nothing else.',
    ],
    [
      'an encoder of features',
      () => [few(), '--encoder', 'texture'],
      2,
      '--encoder is an option of images; a .npy file holds features already.',
    ],
    ['two arrays', () => [few(), blobs], 2, 'It takes images or one .npy file, not both.'],
    [
      'one row',
      () => [save('one.npy', Float32Array.of(1, 2), [1, 2])],
      2,
      'which takes 3 images at least; there is 1.',
    ],
    [
      'more groups than images',
      () => [few(), '--k', '12..20'],
      2,
      '12 groups or more are asked for (--k), which takes 13 images at least; there are 10.',
    ],
    [
      'a choice of more groups than images',
      () => [few(), '--choose', 'gmm:12'],
      2,
      '--choose gmm:12 takes 13 images at least; there are 10.',
    ],
    [
      'NaN',
      () => [save('nan.npy', Float32Array.of(1, 2, Number.NaN, 4, 5, 6), [3, 2])],
      1,
      'The matrix holds NaN in row 1, column 0.',
    ],
    ['a cube', () => [save('cube.npy', new Float32Array(8), [2, 2, 2])], 1, 'MATRIX_INVALID'],
    [
      'folders that nobody named',
      () => [few(), '--near-labels', 'folders'],
      2,
      '--near-labels folders needs --names',
    ],
    [
      'a rule without near-labels',
      () => [few(), '--rule', 'c-score'],
      2,
      'The rule c-score needs --near-labels.',
    ],
    [
      'a level that is not asked for',
      () => [few(), '--split', '1=auto'],
      2,
      '--split 1=auto makes groups on level 2: give --depth 2.',
    ],
    [
      'a group without a decision',
      () => [few(), '--split', '1'],
      2,
      'It must be a group and what becomes of it',
    ],
    [
      'an algorithm that is none',
      () => [few(), '--algorithms', 'kmeans,dbscan'],
      2,
      "'dbscan' is none of kmeans, agglomerative",
    ],
    ['a range that runs backwards', () => [few(), '--k', '9..4'], 2, 'It must be a range such as 2..50'],
    [
      'fewer names than rows',
      () => {
        writeFileSync(at('short.csv'), 'row,path,near_label\n0,a.png,\n');
        return [few(), '--names', at('short.csv')];
      },
      1,
      'names 1 images',
    ],
  ])('%s', async (_, args, code, message) => {
    const ended = await group(...args(), '--out', at('no'));
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toContain(message);
    expect(existsSync(at('no'))).toBe(false);
  });

  it('says which group does not come to be', async () => {
    const ended = await groupBlobs('first', '--choose', 'kmeans:2', '--split', '7=kmeans:2', '--restart');
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toContain("There is no group '7' to decide about.");
  });
});
