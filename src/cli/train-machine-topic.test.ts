import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Segmenter } from '../audio/segments.js';
import { openEmbedded } from '../broker/embedded/open.js';
import { segmentFeatureSet } from '../lifecycle/machine-model/segment-features.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { codec } from '../records/codec.js';
import { originId } from '../records/ids.js';
import { tensorBytes } from '../records/tensor-bytes.js';
import { machineHum, writeMachine } from './testing/machine-recordings.js';
import { runInProcess } from './testing/run-in-process.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-machine-topic-'));
const at = (name: string) => join(directory, name);
const START_US = 1_767_225_600_000_000;
const SEGMENTER = new Segmenter({ step: 11 });
const STRIDE = 512 * 11;
/** One step of a network that would need a thousand: enough to see that everything goes together. */
const QUICK = ['--steps', '1', '--batch-size', '16'];

const topology = (step: number) => `
name: small
data_dir: ${at('data')}
topics: { audio.raw: {}, features.machine: {}, machine.scores: {}, models: { cleanup: compact, partitions: 1 }, alarms: {}, dead: { max_message_bytes: 2000000 } }
stages:
  score:
    type: machine_residual
    input: audio.raw
    models: models
    outputs: { scores: machine.scores, alarms: alarms, features: features.machine, dead_letter: dead }
    segment: { step: ${step} }
  learn:
    type: machine_learn
    input: features.machine
    scores: machine.scores
    outputs: { models: models }
    model: { steps: 1, batch_size: 16 }
`;

/** Four recordings of a machine, of eight segments each: each is a block of its own. */
function segmentsOf(sensor: string, seed: number, partition: number) {
  return Array.from({ length: 4 }, (_, recording) => {
    const streamId = `s${recording}`;
    const sound = machineHum((SEGMENTER.samplesPerSegment + 7 * STRIDE) / 16_300, 16_300, seed + recording);
    const size = SEGMENTER.bins * 32;
    const tensors = SEGMENTER.compute(sound);
    return Array.from({ length: 8 }, (_unused, i) => {
      const firstSample = i * STRIDE;
      const record = {
        ...{ segmentId: originId('segment', sensor, streamId, firstSample), sensor, streamId, firstSample },
        startTimeUs: START_US + recording * 60e6 + Math.round((firstSample / 16_300) * 1e6),
        ...{ durationSecs: 1.1, featureSet: segmentFeatureSet(SEGMENTER.options), shape: [1024, 32] },
        tensor: tensorBytes(tensors.slice(i * size, (i + 1) * size)),
      };
      return { key: sensor, partition, value: codec('machine-features').encode(record) };
    });
  }).flat();
}
const NEWEST_US = START_US + 180e6 + Math.round(((7 * STRIDE) / 16_300) * 1e6);

beforeAll(async () => {
  writeFileSync(at('11.yaml'), topology(11));
  writeFileSync(at('22.yaml'), topology(22));
  writeMachine(at('wav'), 2);
  const broker = await openEmbedded(at('data'), { mode: 'own' });
  for (const topic of ['features.machine', 'empty']) await broker.admin.createTopic(topic, { partitions: 2 });
  const producer = await broker.producer();
  await producer.send('features.machine', segmentsOf('press-7', 1, 0));
  await producer.send('features.machine', segmentsOf('pump-1', 50, 1));
  await broker.close();
  await openBackend();
}, 180_000);
afterAll(() => rmSync(directory, { recursive: true }));

const train = (...args: string[]) =>
  runInProcess(['train', 'machine', '--topology', at('11.yaml'), ...args, ...QUICK]);

describe('train machine with a topic', () => {
  it('learns one machine, announces its model from the newest segment on, and goes on from it', async () => {
    const first = await train('features.machine', '--sensor', 'press-7', '--json');
    expect(first).toMatchObject({ code: 0 });
    const { version, announcement, segment, ...json } = JSON.parse(first.stdout);
    expect(announcement).toMatchObject({
      ...{ method: 'machine', entity: 'press-7', sequence: 1, version, state: 'promoted' },
      ...{
        activeFromUs: NEWEST_US,
        seen: [0, 1].map(partition => ({ topic: 'features.machine', partition, offset: 32 })),
      },
    });
    expect(json).toMatchObject({ segments: 32, parent: null, width: 'small' });
    expect(segment.step).toBe(11);
    const second = await train('--sensor', 'press-7', '--continue', '--active-from', '2027-01-01');
    expect(second).toMatchObject({ code: 0 });
    expect(second.stdout).toContain(`Goes on from ${version}.`);
    expect(second.stdout).toContain('Announced on models, for press-7 from 2027-01-01T00:00:00.000Z on.');
    expect(second.stdout).toMatch(/^v0002-\w+: residual, small, 32 segments of 3 \+ 1 stretches$/m);
    expect(existsSync(at('data/checkpoints'))).toBe(false);
  }, 180_000);

  it('learns all machines without --sensor, for those that have no model of their own', async () => {
    const ended = await train('--no-announce');
    expect(ended.stdout).toMatch(/64 segments of \d \+ \d stretches/);
    expect(ended.stdout).toContain('Not announced.');
  }, 120_000);

  it('writes a model to a directory, which a later training on the topic goes on from', async () => {
    const bare = (...args: string[]) =>
      runInProcess(['train', 'machine', '--data-dir', at('data'), ...args, ...QUICK]);
    // Without a topology nothing says how the segments are cut.
    const unknown = await bare('features.machine', '--sensor', 'pump-1', '--out', at('no'));
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/FEATURES_MISMATCH.*default options/),
    });
    const told = await bare('features.machine', '--sensor', 'pump-1', '--step', '11', '--out', at('model'));
    expect(told).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(at('model/card.json'), 'utf8')).data).toMatchObject({
      ...{ rows: 32, fromUs: START_US, toUs: NEWEST_US },
    });
    const more = await bare('--sensor', 'pump-1', '--from', at('model'), '--out', at('more'));
    expect(more).toMatchObject({ code: 0 });
  }, 180_000);

  it('keeps and announces a model of recordings as well', async () => {
    const ended = await train(
      at('wav'),
      '--sensor',
      'fan-2',
      '--validation',
      '0.5',
      '--step',
      '11',
      '--json',
    );
    expect(ended).toMatchObject({ code: 0 });
    const { announcement } = JSON.parse(ended.stdout);
    expect(announcement).toMatchObject({ entity: 'fan-2', sequence: 1, activeFromUs: 0, seen: [] });
  }, 120_000);

  it.each<[string, string[], string, string]>([
    ['a topic that is not there', ['features.mashine'], 'TOPIC_NOT_FOUND', 'features.mashine'],
    ['an empty topic', ['empty'], 'TRAINING_DATA_INSUFFICIENT', 'The topic empty holds no segment'],
    [
      'a machine that is not in it',
      ['--sensor', 'press-8'],
      'TRAINING_DATA_INSUFFICIENT',
      'no segment of press-8, only of press-7, pump-1',
    ],
    [
      'too few segments',
      ['--sensor', 'press-7', '--window-hours', '0.01'],
      'TRAINING_DATA_INSUFFICIENT',
      '8 segments lie in 1 block of 80, and 2 are needed',
    ],
    ['to go on from nothing', ['--sensor', 'saw-3', '--continue'], 'MODEL_NOT_FOUND', 'for saw-3'],
    ['a sensitivity', ['--rule', 'sensitivity'], 'USAGE_INVALID', 'told by recordings, not by a topic'],
    ['abnormal recordings', ['--abnormal', at('wav')], 'USAGE_INVALID', '--abnormal is no option'],
    ['an option of recordings', ['--validation', '0.3'], 'USAGE_INVALID', '--validation is no option'],
    [
      'an option of topics',
      [at('wav'), '--max-segments', '9'],
      'USAGE_INVALID',
      '--max-segments is no option',
    ],
  ])('refuses %s', async (_, args, code, message) => {
    const ended = await train(...args);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain(code);
    expect(ended.stderr).toContain(message);
  });

  it('refuses segments that the topology, or the model that it goes on from, does not take', async () => {
    const other = await runInProcess([
      'train',
      'machine',
      '--topology',
      at('22.yaml'),
      '--sensor',
      'press-7',
      ...QUICK,
    ]);
    expect(other.stderr).toMatch(/FEATURES_MISMATCH.*the topology's `segment` options give 1024 x 32/);
    const wide = await train('--sensor', 'press-7', '--from', at('model'), '--width', 'paper');
    expect(wide.stderr).toMatch(/MODEL_INVALID.*can't go on from it with paper/);
  }, 60_000);
});
