import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeWav } from '../audio/wav.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { machineHum, writeMachine } from './testing/machine-recordings.js';
import { type Ended, runInProcess } from './testing/run-in-process.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-machine-cli-'));
const at = (name: string) => join(directory, name);
/** Two steps of a network that would need a thousand: enough to see that everything goes together. */
const QUICK = ['--steps', '2', '--batch-size', '4', '--step', '11', '--validation', '0.5'];
let trained: Ended;
beforeAll(async () => {
  writeMachine(at('normal'), 2);
  writeMachine(at('other-rate'), 1, { sampleRateHz: 22_050, seed: 7 });
  writeMachine(at('faulty'), 1, { sampleRateHz: 44_100, seed: 9, faulty: true });
  mkdirSync(at('odd'));
  mkdirSync(at('empty'));
  const write = (name: string, samples: Float32Array) =>
    writeFileSync(join(at('odd'), name), encodeWav(samples, 16_300));
  write('short.wav', machineHum(1, 16_300, 1));
  write('silent.wav', new Float32Array(40_000));
  write(
    'clipped.wav',
    machineHum(2, 16_300, 1).map(value => Math.max(-1, Math.min(1, 8 * value))),
  );
  const stops = machineHum(4, 16_300, 9);
  stops.fill(0, 16_300 * 1.5);
  write('stops.wav', stops);
  writeFileSync(at('notes.txt'), 'nothing to hear');
  await openBackend();
  trained = await runInProcess(['train', 'machine', at('normal'), '--out', at('model'), ...QUICK]);
}, 300_000);
afterAll(() => rmSync(directory, { recursive: true }));

describe('train machine', () => {
  it("writes a model and says its segments' duration by equation 3, and its thresholds", () => {
    expect(trained).toMatchObject({ code: 0, stderr: '' });
    expect(trained.stdout).toContain(
      '(2048 + (32 - 1) · (2048 - 1536)) / 16300 Hz = 1.099 s, one every 11 · 512 / 16300 Hz = 0.346 s (equation 3)',
    );
    expect(trained.stdout).toMatch(/^1 .*gamma, provisional/m);
    expect(trained.stdout).toContain('there is no threshold for ageing');
    expect(readdirSync(at('model')).sort()).toEqual(
      expect.arrayContaining(['card.json', 'network.model.json', 'network.weights.bin', 'residual.json']),
    );
    expect(existsSync(join(at('model'), '.training'))).toBe(false);
    const card = JSON.parse(readFileSync(join(at('model'), 'card.json'), 'utf8'));
    expect(card).toMatchObject({
      method: 'machine',
      details: { width: 'small', segment: { overlap: 1536 } },
    });
  });

  it('tells which recordings were resampled, clip or are silent, and goes on from a model', async () => {
    const odd = ['clipped', 'silent', 'stops'].map(name => join(at('odd'), `${name}.wav`));
    const args = [at('normal'), at('other-rate'), ...odd, '--out', at('aged'), ...QUICK, '--json'];
    const ended = await runInProcess(['train', 'machine', ...args, '--from', at('model')]);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('1 recording is resampled from 22050 to 16300 Hz.');
    expect(ended.stderr).toMatch(/1 recording is clipped, .*clipped\.wav the most, \d+\.\d % of its samples/);
    expect(ended.stderr).toMatch(/\d+ segments are digital silence and left out/);
    const model = JSON.parse(readFileSync(join(at('model'), 'card.json'), 'utf8'));
    expect(JSON.parse(ended.stdout)).toMatchObject({ parent: model.version, steps: expect.any(Number) });
  }, 120_000);

  it('goes on where it was interrupted, and gives the same model then', async () => {
    const controller = new AbortController();
    const args = ['train', 'machine', at('normal'), ...QUICK, '--steps', '6', '--out'];
    let isOver = false;
    const interrupted = runInProcess([...args, at('cut')], { signal: controller.signal }).finally(() => {
      isOver = true;
    });
    const jobs = at('cut/.training');
    const isTraining = () =>
      existsSync(jobs) &&
      readdirSync(jobs, { recursive: true }).some(name => String(name).endsWith('.checkpoint'));
    while (!isOver && !isTraining()) await new Promise(setImmediate);
    const second = await runInProcess([...args, at('cut')]);
    expect([second.code, second.stderr]).toEqual([3, expect.stringContaining('TRAINING_IN_USE')]);
    controller.abort(new Error('enough'));
    expect((await interrupted).stderr).toContain('the same command goes on with it');
    const resumed = await runInProcess([...args, at('cut'), '--json']);
    expect(resumed.stderr).toContain('Going on with a training that was interrupted, with 2 recordings.');
    const afresh = await runInProcess([...args, at('whole'), '--json']);
    expect(JSON.parse(resumed.stdout).version).toBe(JSON.parse(afresh.stdout).version);
    expect(existsSync(jobs)).toBe(false);
  }, 120_000);

  it.runIf(process.platform === 'linux')(
    'keeps what was learnt when the disk is full as the model is written',
    async () => {
      const args = ['train', 'machine', at('normal'), ...QUICK, '--out', at('full'), '--json'];
      mkdirSync(at('full'));
      // A device that is always full.
      symlinkSync('/dev/full', at('full/card.json'));
      const stopped = await runInProcess(args);
      expect(stopped).toMatchObject({ code: 3, stdout: '' });
      expect(stopped.stderr).toContain('DISK_FULL');
      expect(stopped.stderr).toContain('What was learnt is kept: the same command goes on with it.');
      rmSync(at('full/card.json'));
      const resumed = await runInProcess(args);
      expect(resumed.stderr).toContain('Going on with a training that was interrupted');
      const model = JSON.parse(readFileSync(join(at('model'), 'card.json'), 'utf8'));
      expect(JSON.parse(resumed.stdout).version).toBe(model.version);
      expect(existsSync(at('full/.training'))).toBe(false);
    },
    120_000,
  );

  it('tells the threshold by abnormal recordings, and shows what that buys', async () => {
    const args = ['train', 'machine', at('normal'), ...QUICK, '--out', at('sensitive')];
    const flags = ['--abnormal', at('faulty'), '--abnormal', join(at('odd'), 'clipped.wav')];
    const ended = await runInProcess([...args, ...flags, '--rule', 'sensitivity', '--sensitivity', '0.8']);
    expect(ended.code).toBe(0);
    // Whatever rate it was recorded with.
    expect(ended.stderr).toContain('1 recording is resampled from 44100 to 16300 Hz.');
    expect(ended.stdout).toMatch(/of 1 \+ 1 recordings, 2 abnormal ones beside them$/m);
    const row = /^1 +(\d\.\d+) +sensitivity, provisional +\d+ +(\d\.\d{3}) +(\d\.\d{3})$/m.exec(
      ended.stdout,
    )!;
    expect(Number(row[3])).toBeGreaterThanOrEqual(0.8);
    expect(ended.stdout).toContain('Residuals, single segments: █ validation, ░ abnormal');
    expect(ended.stdout).toContain(`< threshold ${Number(row[1]).toFixed(4).slice(0, 5)}`);
    const json = await runInProcess([...args, ...flags, '--rule', 'gamma', '--json']);
    const { histograms, thresholds, rule, recordings } = JSON.parse(json.stdout);
    expect({ rule, recordings }).toMatchObject({ rule: { type: 'gamma' }, recordings: { abnormal: 2 } });
    expect(thresholds[0].sensitivity).toEqual(expect.any(Number));
    expect(histograms).toMatchObject([{ n: 1, alpha: thresholds[0].alpha }]);
    const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
    expect(sum(histograms[0].normal)).toBe(thresholds[0].independentMeans);
    expect(sum(histograms[0].abnormal)).toBeGreaterThan(0);
  }, 120_000);

  it.each<[string, string[], number, string]>([
    ['without abnormal recordings', [], 2, 'give --abnormal'],
    ['with a directory that is not there', ['--abnormal', 'none'], 1, 'FILE_NOT_FOUND'],
    ['with one of no recordings', ['--abnormal', 'empty'], 1, 'There is no WAV, FLAC or Ogg Vorbis file'],
    ['with silence', ['--abnormal', 'odd/silent.wav'], 1, 'All 1 abnormal recordings are digital silence'],
    ['with what is too short', ['--abnormal', 'odd/short.wav'], 1, 'AUDIO_TOO_SHORT'],
    ['with the normal ones', ['--abnormal', 'normal'], 2, "can't be normal and abnormal at once"],
    [
      'with a quantile',
      ['--abnormal', 'odd', '--quantile', '0.9'],
      2,
      '--quantile is no option of --rule sensitivity',
    ],
    ['of more than all', ['--sensitivity', '1.1'], 2, 'It must be a number from 0.01 to 1'],
  ])('refuses a sensitivity %s', async (_, flags, code, message) => {
    const words = flags.map((word, i) => (flags[i - 1] === '--abnormal' ? at(word) : word));
    const args = ['train', 'machine', at('normal'), '--out', at('no'), ...QUICK, '--rule', 'sensitivity'];
    const ended = await runInProcess([...args, ...words]);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(existsSync(at('no'))).toBe(false);
  });

  it('refuses a sensitivity that another rule would not read', async () => {
    const args = ['train', 'machine', at('normal'), '--out', at('no'), ...QUICK, '--sensitivity', '0.9'];
    const ended = await runInProcess(args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('--sensitivity is no option of --rule quantile');
  });

  it.each<[string, string[], string, string]>([
    ['one recording', ['other-rate'], 'TRAINING_DATA_INSUFFICIENT', '2 recordings are needed at least'],
    [
      'a recording that is too short',
      ['odd/short.wav', 'normal'],
      'AUDIO_TOO_SHORT',
      'short.wav: One segment takes 17920',
    ],
    ['nothing but silence', ['odd/silent.wav'], 'TRAINING_DATA_INSUFFICIENT', 'digital silence'],
    ['a directory that is not there', ['none'], 'FILE_NOT_FOUND', 'none'],
    ['a file that is no recording', ['notes.txt'], 'AUDIO_FORMAT_UNSUPPORTED', 'notes.txt'],
  ])('refuses %s', async (_, sources, code, message) => {
    const ended = await runInProcess(['train', 'machine', ...sources.map(at), '--out', at('no'), ...QUICK]);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain(code);
    expect(ended.stderr).toContain(message);
    expect(existsSync(at('no'))).toBe(false);
  });

  it('refuses to go on from a model of another width, and a hop beside an overlap', async () => {
    const args = ['train', 'machine', at('normal'), '--out', at('no'), ...QUICK];
    const wide = await runInProcess([...args, '--from', at('model'), '--width', 'paper']);
    expect(wide.stderr).toContain('MODEL_INVALID');
    expect(wide.stderr).toContain("has the width small: a training can't go on from it with paper");
    const both = await runInProcess([...args, '--hop', '512', '--overlap', '512']);
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('--overlap');
  });
});

describe('score machine', () => {
  it('shows each segment with its time, residual and verdict', async () => {
    const ended = await runInProcess([
      'score',
      'machine',
      join(at('odd'), 'stops.wav'),
      '--model',
      at('model'),
    ]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(
      /stops\.wav, by v0001-.*: abnormal is one segment above \d\.\d{4} \(provisional\)/,
    );
    const rows = ended.stdout.split('\n').filter(line => /^ *\d+\.\d\d /.test(line));
    expect(rows).toHaveLength(9);
    expect(rows[0]).toMatch(/^ *0\.00 +\d\.\d{4} +(normal|abnormal \(sudden\))$/);
    expect(rows.at(-1)).toMatch(/- +off$/);
  });

  it('gives programs a line for each segment, with band residuals whose mean is the residual', async () => {
    const args = ['score', 'machine', at('normal'), '--model', at('model'), '--json'];
    const ended = await runInProcess(args);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines).toHaveLength(12);
    for (const { bandResiduals, residual, detectors, startSecs, endSecs } of lines) {
      expect(bandResiduals).toHaveLength(32);
      const mean = bandResiduals.reduce((a: number, b: number) => a + b, 0) / 32;
      expect(mean / residual).toBeCloseTo(1, 4);
      expect(detectors).toMatchObject([{ detector: 'sudden', n: 1, mean: residual }]);
      expect(endSecs - startSecs).toBeCloseTo(17_920 / 16_300, 4);
    }
  });

  it.each<[string, string, string, string]>([
    ['a recording that is too short', 'odd/short.wav', 'model', 'AUDIO_TOO_SHORT'],
    ['no recording', 'none', 'model', 'FILE_NOT_FOUND'],
    ['a directory without a model', 'normal', 'normal', 'MODEL_NOT_FOUND'],
  ])('refuses %s', async (_, file, model, code) => {
    const ended = await runInProcess(['score', 'machine', at(file), '--model', at(model)]);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain(code);
  });
});
