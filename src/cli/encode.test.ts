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
import { openBackend } from '../nn/backend/open-backend.js';
import { decodeNpy, encodeNpy } from '../npy.js';
import { Random } from '../random.js';
import { runInProcess } from './testing/run-in-process.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-encode-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);

/** Small spectrograms of short sounds. */
const TOPOLOGY = `
name: small
data_dir: ${at('data')}
topics: { features.noise: {}, models: { cleanup: compact, partitions: 1 }, audio.raw: {}, levels: {}, events: {}, alarms: {}, dead: { max_message_bytes: 2000000 } }
stages:
  listen:
    type: noise_events
    input: audio.raw
    outputs: { levels: levels, events: events, features: features.noise, alarms: alarms, dead_letter: dead }
    log_mel: { sample_rate_hz: 8000, duration_secs: 0.5, n_fft: 256, hop: 256, n_mels: 16, ref: 1 }
  learn:
    type: noise_learn
    input: features.noise
    outputs: { models: models }
    model: { type: gmm, groups: 2, seed: 5 }
`;

const NETWORK = ['--latent-dim', '3', '--filters', '4,8', '--pretrain-epochs', '12'];
const EPOCHS = ['--epochs', '4'];
const common = ['--topology', at('topology.yaml'), '--batch-size', '8', '--json'];

function train(...args: string[]) {
  return runInProcess(['train', 'noise', at('sounds'), ...common, ...NETWORK, ...args]);
}

beforeAll(async () => {
  await openBackend();
  mkdirSync(at('sounds/low'), { recursive: true });
  const random = new Random(1);
  for (let i = 0; i < 30; i++) {
    const hz = i % 3 === 0 ? 1800 : 300;
    const samples = Float32Array.from(
      { length: 4000 },
      (_, n) => 0.3 * Math.sin((2 * Math.PI * hz * n) / 8000) + 0.01 * random.normal(),
    );
    writeFileSync(at(`sounds/${i % 2 ? 'low/' : ''}${i}.wav`), encodeWav(samples, 8000));
  }
  writeFileSync(at('topology.yaml'), TOPOLOGY);
}, 180_000);

describe('a network that was trained on recordings', () => {
  it('is written to a directory, with nothing beside it, and encodes recordings and spectrograms', async () => {
    const trained = await train('--model', 'vade', ...EPOCHS, '--out', at('vade'));
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    const answer = JSON.parse(trained.stdout);
    expect(answer).toMatchObject({ kind: 'vade', events: 30, announcement: null, out: at('vade') });
    expect(answer.groups.map(({ rows }: { rows: number }) => rows)).toEqual([20, 10]);
    expect(readdirSync(at('vade'))).toEqual(expect.arrayContaining(['card.json', 'encoder.weights.bin']));
    expect(existsSync(at('vade/.training'))).toBe(false);

    const encode = (...args: string[]) => runInProcess(['encode', '--model', at('vade'), ...args]);
    const encoded = await encode(at('sounds/low'), at('sounds/0.wav'), '--out', at('z.npy'), '--json');
    expect([encoded.code, encoded.stderr]).toEqual([0, '']);
    const { shape, files } = JSON.parse(encoded.stdout);
    expect(shape).toEqual([16, 3]);
    expect([files[0], files.at(-1)]).toEqual([at('sounds/low/1.wav'), at('sounds/0.wav')]);
    const z = decodeNpy(readFileSync(at('z.npy')));
    expect([z.data.constructor.name, z.shape]).toEqual(['Float32Array', [16, 3]]);

    // The same spectrograms, computed by another command.
    const mel = ['--sample-rate', '8000', '--duration', '0.5', '--n-fft', '256', '--hop', '256'];
    await runInProcess([
      ...['features', 'logmel', at('sounds/0.wav'), ...mel, '--n-mels', '16', '--ref', '1'],
      ...['--out', at('one.npy')],
    ]);
    const one = decodeNpy(readFileSync(at('one.npy')));
    writeFileSync(at('rows.npy'), encodeNpy(one.data, [1, ...one.shape]));
    expect((await encode(at('rows.npy'), '--out', at('y.npy'))).code).toBe(0);
    expect(decodeNpy(readFileSync(at('y.npy'))).data).toEqual(z.data.slice(45));
  });

  it('goes on where it was interrupted, and is the same then', async () => {
    const controller = new AbortController();
    const args = ['train', 'noise', at('sounds'), ...common, ...NETWORK, ...EPOCHS];
    args.push('--model', 'dec', '--out', at('dec'));
    let isOver = false;
    const interrupted = runInProcess(args, { signal: controller.signal }).finally(() => {
      isOver = true;
    });
    const checkpoints = at('dec/.training');
    const isTraining = () =>
      existsSync(checkpoints) &&
      readdirSync(checkpoints, { recursive: true }).some(name => String(name).endsWith('.checkpoint'));
    while (!isOver && !isTraining()) await new Promise(setImmediate);
    const second = await runInProcess(args);
    expect([second.code, second.stderr]).toEqual([3, expect.stringContaining('TRAINING_IN_USE')]);
    expect(second.stderr).toContain(`done by process ${process.pid}`);
    controller.abort(new Error('enough'));
    expect((await interrupted).stderr).toContain('the same command goes on with it');
    const resumed = await runInProcess(args);
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining('Going on with a training')]);
    const afresh = await train('--model', 'dec', ...EPOCHS, '--out', at('dec-again'));
    expect(JSON.parse(afresh.stdout).version).toBe(JSON.parse(resumed.stdout).version);
  });

  it('is kept and announced without --out, and a mixture after it keeps its groups', async () => {
    const first = JSON.parse((await train('--model', 'conv-sdae+gmm')).stdout);
    expect(first).toMatchObject({ parent: null, announcement: { state: 'promoted', kind: 'conv-sdae+gmm' } });
    const args = ['train', 'noise', at('sounds'), '--topology', at('topology.yaml'), '--json'];
    const second = JSON.parse((await runInProcess(args)).stdout);
    expect(second).toMatchObject({ kind: 'gmm', parent: first.version, groups: [{ id: 0 }, { id: 1 }] });
    expect(existsSync(at('data/checkpoints'))).toBe(false);
    const mixture = at(`data/models/noise/${second.version}`);
    const encoded = await runInProcess([
      'encode',
      '--model',
      mixture,
      at('sounds/0.wav'),
      '--out',
      at('f.npy'),
    ]);
    expect(encoded.code).toBe(0);
    expect(decodeNpy(readFileSync(at('f.npy'))).shape).toEqual([1, 32]);
  });
});

describe('what can not be', () => {
  it.each([
    [['train', 'noise', 'x.wav', '--model', 'gmm', '--epochs', '3'], 'USAGE_INVALID', 2],
    [['train', 'noise', 'x.wav', '--model', 'dec', '--loss', 'seed'], 'USAGE_INVALID', 2],
    [['train', 'noise', 'missing.wav', '--model', 'vade'], 'FILE_NOT_FOUND', 1],
    [['train', 'noise', 'mistyped/'], 'There is no file or directory at mistyped/.', 1],
    [['encode', '--model', 'nowhere', 'x.wav', '--out', 'z.npy'], 'MODEL_NOT_FOUND', 1],
  ])('is refused: %j', async (args, code, exitCode) => {
    const ended = await runInProcess(args);
    expect([ended.code, ended.stderr]).toEqual([exitCode, expect.stringContaining(code)]);
  });

  it('is refused of arrays and recordings that a model does not take', async () => {
    const made = await runInProcess([
      ...['train', 'noise', at('sounds'), '--topology', at('topology.yaml'), '--out', at('gmm')],
    ]);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining(`Written to ${at('gmm')}.`) });
    writeFileSync(at('wrong.npy'), encodeNpy(new Float32Array(24), [2, 3, 4]));
    writeFileSync(at('double.npy'), encodeNpy(new Float64Array(24), [2, 3, 4]));
    const encode = (...args: string[]) =>
      runInProcess(['encode', '--model', at('gmm'), '--out', at('no.npy'), ...args]);
    for (const [args, code] of [
      [[at('wrong.npy')], 'MATRIX_INVALID'],
      [[at('double.npy')], 'NPY_INVALID'],
      [[at('wrong.npy'), at('sounds')], 'USAGE_INVALID'],
      [[at('nothing.npy')], 'FILE_NOT_FOUND'],
      [[at('sounds'), '--topology', at('other.yaml')], 'MODEL_INVALID'],
    ] as const) {
      writeFileSync(at('other.yaml'), TOPOLOGY.replace('n_mels: 16', 'n_mels: 17'));
      const ended = await encode(...args);
      expect([args[0], ended.stderr]).toEqual([args[0], expect.stringContaining(code)]);
    }
    expect(existsSync(at('no.npy'))).toBe(false);
  });

  it('is refused before anything is encoded when the result would take the place of an input', async () => {
    const sound = at('sounds/0.wav');
    const before = readFileSync(sound);
    const onto = await runInProcess(['encode', '--model', at('gmm'), at('sounds'), '--out', sound]);
    expect([onto.code, onto.stderr]).toEqual([2, expect.stringContaining(`--out is the input ${sound}`)]);
    expect(readFileSync(sound).equals(before)).toBe(true);
    const nowhere = await runInProcess(['encode', '--model', at('gmm'), sound, '--out', at('no/z.npy')]);
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('FILE_NOT_WRITABLE')]);
  });
});
