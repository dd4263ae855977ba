import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeWav } from '../audio/wav.js';
import { openEmbedded } from '../broker/embedded/open.js';
import { Random } from '../random.js';
import { codec } from '../records/codec.js';
import { tensorBytes } from '../records/tensor-bytes.js';
import { EXAMPLES } from '../records/testing/examples.js';
import { EventTensor } from '../stages/event-tensor.js';
import { runInProcess } from './testing/run-in-process.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-train-topic-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);

const LOG_MEL = { sampleRateHz: 8000, durationSecs: 0.5, nFft: 256, hop: 256, nMels: 16, ref: 1 };
const topology = (mels: number) => `
name: small
data_dir: ${at('data')}
topics: { features.noise: {}, models: { cleanup: compact, partitions: 1 }, audio.raw: {}, levels: {}, events: {}, alarms: {}, dead: { max_message_bytes: 2000000 } }
stages:
  listen:
    type: noise_events
    input: audio.raw
    outputs: { levels: levels, events: events, features: features.noise, alarms: alarms, dead_letter: dead }
    log_mel: { sample_rate_hz: 8000, duration_secs: 0.5, n_fft: 256, hop: 256, n_mels: ${mels}, ref: 1 }
`;

/** Half a second of one of two sounds. */
function sound(i: number): Float32Array {
  const random = new Random(i);
  const hz = i % 3 === 0 ? 1800 : 300;
  return Float32Array.from(
    { length: 4000 },
    (_, n) => 0.3 * Math.sin((2 * Math.PI * hz * n) / 8000) + 0.01 * random.normal(),
  );
}

beforeAll(async () => {
  writeFileSync(at('16.yaml'), topology(16));
  writeFileSync(at('17.yaml'), topology(17));
  writeFileSync(at('0.wav'), encodeWav(sound(0), 8000));
  const tensor = new EventTensor(LOG_MEL);
  const broker = await openEmbedded(at('data'), { mode: 'own' });
  await broker.admin.createTopic('features.noise', { partitions: 1 });
  const messages = Array.from({ length: 30 }, (_, i) => {
    const record = {
      ...EXAMPLES['noise-features'],
      ...{ eventId: String(i).padStart(32, '0'), startTimeUs: i * 1_000_000, shape: tensor.shape },
      ...{ featureSet: tensor.featureSet, tensor: tensorBytes(tensor.compute(sound(i), 8000)) },
    };
    return { key: null, value: codec('noise-features').encode(record) };
  });
  await (await broker.producer()).send('features.noise', messages);
  await broker.close();
});

const train = (file: string, out: string) => {
  const args = ['train', 'noise', '--topology', at(file), '--groups', '2', '--out', at(out)];
  return runInProcess(args);
};

describe('a model of a topic', () => {
  it('has the options of its spectrograms in its card, and encodes recordings without the topology', async () => {
    expect(await train('16.yaml', 'model')).toMatchObject({ code: 0 });
    const card = JSON.parse(readFileSync(at('model/card.json'), 'utf8'));
    expect(card.details.featureOptions).toMatchObject(LOG_MEL);
    const encode = (...args: string[]) =>
      runInProcess(['encode', '--model', at('model'), at('0.wav'), '--out', at('z.npy'), ...args]);
    expect(await encode()).toMatchObject({ code: 0 });
    expect(await encode('--topology', at('16.yaml'))).toMatchObject({ code: 0 });
    const other = await encode('--topology', at('17.yaml'));
    expect(other.stderr).toMatch(/MODEL_INVALID.*17\.yaml/);
  });

  it('is not made of tensors that the topology would not make', async () => {
    const trained = await train('17.yaml', 'other');
    expect([trained.code, trained.stderr]).toEqual([1, expect.stringContaining('FEATURES_MISMATCH')]);
  });

  it('of who knows whose tensors does without, and says so when it needs them', async () => {
    const args = ['train', 'noise', '--data-dir', at('data'), '--groups', '2', '--out', at('bare')];
    expect(await runInProcess(args)).toMatchObject({ code: 0 });
    const encode = (...more: string[]) =>
      runInProcess(['encode', '--model', at('bare'), at('0.wav'), '--out', at('y.npy'), ...more]);
    expect((await encode()).stderr).toMatch(/USAGE_INVALID.*--topology/);
    expect(await encode('--topology', at('16.yaml'))).toMatchObject({ code: 0 });
  });
});
