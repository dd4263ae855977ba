import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../nn/backend/open-backend.js';
import { writeMachine } from './testing/machine-recordings.js';
import { runInProcess } from './testing/run-in-process.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-bench-machine-'));
const at = (name: string) => join(directory, name);
const NORMAL = [
  'bench',
  'machine',
  '--normal',
  at('normal'),
  '--steps',
  '2',
  '--batch-size',
  '4',
  '--step',
  '11',
];
beforeAll(async () => {
  writeMachine(at('normal'), 4, { secs: 2.6 });
  writeMachine(at('faulty'), 2, { secs: 2.6, faulty: true, seed: 20, sampleRateHz: 22_050 });
  await openBackend();
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true }));

describe('bench machine', () => {
  it('judges the network and principal components on each category, as text, JSON and a picture', async () => {
    const flags = [
      '--abnormal',
      `tone=${at('faulty')}`,
      '--noise',
      'clack',
      '--snr',
      '-20,0',
      '--resamples',
      '20',
    ];
    const out = at('out');
    const shares = ['--validation', '0.25', '--test', '0.5'];
    const ended = await runInProcess([...NORMAL, ...flags, ...shares, '--out', out]);
    expect(ended.code).toBe(0);
    expect(ended.stderr.trim().split('\n')).toEqual([
      '2 recordings are resampled from 22050 to 16300 Hz.',
      'Baseline: 64 principal components.',
      'Training: 2 steps.',
      'Residuals of all recordings.',
      'Intervals: 20 resamples.',
    ]);
    expect(ended.stdout).toContain('1 recordings to train with, 1 for thresholds, 2 to be judged');
    expect(ended.stdout).toContain('= 1.099 s, one every');
    expect(ended.stdout).toMatch(/^tone: 2 recordings, \d+ segments, against 2 normal ones, \d+ segments$/m);
    expect(ended.stdout.match(/^clack -?\d+ dB: 2 recordings/gm)).toHaveLength(2);
    expect(ended.stdout).toMatch(/^pca-\d+ +1 +\d\.\d{3} +\[\d\.\d{3}, \d\.\d{3}\]/m);
    expect(ended.stdout).toMatch(/^network +20 +- /m);
    expect(ended.stdout).toMatch(
      /^AUC of the network less that of pca-\d+, .*: n = 1: [+-]0\.\d{3} \[-?\d\.\d{3}, -?\d\.\d{3}\]/m,
    );
    expect(readdirSync(out).sort()).toEqual(['model', 'picture.svg', 'table.json', 'table.txt']);
    expect(readFileSync(join(out, 'table.txt'), 'utf8')).toBe(ended.stdout);
    expect(readFileSync(join(out, 'picture.svg'), 'utf8')).toContain('clack -20 dB');
    const table = JSON.parse(readFileSync(join(out, 'table.json'), 'utf8'));
    expect(table).toMatchObject({
      recordings: { training: 1, validation: 1, test: 2 },
      steps: 2,
      width: 'small',
    });
    expect(table.methods.map(({ method }: { method: string }) => method)).toEqual([
      'network',
      expect.stringMatching(/^pca-\d$/),
    ]);
    for (const { categories } of table.methods)
      expect(categories.map(({ name }: { name: string }) => name)).toEqual([
        'tone',
        'clack -20 dB',
        'clack 0 dB',
      ]);
    // A tone that was never there is plain even to components of a few segments.
    expect(table.methods[1].categories[0].means[0].auc).toBeGreaterThan(0.9);

    const model = await runInProcess([
      'score',
      'machine',
      at('faulty'),
      '--model',
      join(out, 'model'),
      '--json',
    ]);
    expect(model.code).toBe(0);
  }, 120_000);

  it.runIf(process.platform === 'linux')(
    'keeps what was learnt when the disk is full as a table is written',
    async () => {
      const args = [...NORMAL, '--noise', 'clack', '--snr', '0', '--resamples', '20', '--out', at('full')];
      mkdirSync(at('full'));
      // A device that is always full.
      symlinkSync('/dev/full', at('full/table.json'));
      const stopped = await runInProcess(args);
      expect(stopped).toMatchObject({ code: 3, stdout: '' });
      expect(stopped.stderr).toContain('What was learnt is kept: the same command goes on with it.');
      rmSync(at('full/table.json'));
      const resumed = await runInProcess(args);
      expect(resumed.code).toBe(0);
      expect(resumed.stderr).toContain('Going on with a training that was interrupted, with');
      expect(readdirSync(at('full')).sort()).toEqual(['model', 'picture.svg', 'table.json', 'table.txt']);
    },
    120_000,
  );

  it('tells thresholds by a part of each category when it is asked for a sensitivity', async () => {
    const flags = ['--rule', 'sensitivity', '--abnormal', `tone=${at('faulty')}`, '--resamples', '20'];
    const ended = await runInProcess([...NORMAL, ...flags, '--out', at('sensitive'), '--json']);
    expect(ended.code).toBe(0);
    const { recordings, methods } = JSON.parse(ended.stdout);
    expect(recordings).toEqual({ training: 1, validation: 1, test: 2, abnormal: 1 });
    for (const { categories } of methods)
      expect(categories[0]).toMatchObject({
        ...{ name: 'tone', recordings: { normal: 2, abnormal: 1 } },
        means: [{ n: 1, threshold: { type: 'sensitivity' } }, { n: 5 }, { n: 20 }],
      });
    const text = readFileSync(at('sensitive/table.txt'), 'utf8');
    expect(text).toContain('1 abnormal recordings for thresholds; they are not judged');
  }, 120_000);

  it.each<[string, string[], number, string]>([
    [
      'a sensitivity by a category of one recording',
      ['--rule', 'sensitivity', '--abnormal', `worn=${join(at('faulty'), '0.wav')}`],
      1,
      'worn: 2 recordings are needed at least',
    ],
    ['nothing abnormal', [], 2, 'give --abnormal NAME=DIR or --noise clack'],
    ['a category without a name', ['--abnormal', at('faulty')], 2, 'It must be a name and a directory'],
    ['a category twice', ['--abnormal', 'a=b', '--abnormal', 'a=c'], 2, 'There is a category a already.'],
    ['a category that is not there', ['--abnormal', `worn=${at('none')}`], 1, 'FILE_NOT_FOUND'],
    [
      'a ratio that is none',
      ['--noise', 'clack', '--snr', '0,loud'],
      2,
      'It must be a number from -60 to 60.',
    ],
    [
      'shares that leave nothing',
      ['--noise', 'clack', '--test', '0.9', '--validation', '0.9'],
      2,
      'PARAMETER_INVALID',
    ],
  ])('refuses %s', async (_, flags, code, message) => {
    const ended = await runInProcess([...NORMAL, ...flags, '--out', at('no')]);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(existsSync(at('no'))).toBe(false);
  });
});
