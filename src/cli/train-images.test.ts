import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedded } from '../broker/embedded/open.js';
import { featuresOf, mixed } from '../lifecycle/image-model/testing/pictures.js';
import { encodeNpy } from '../npy.js';
import { say, sendVectors } from '../stages/testing/image-vectors.js';
import { runInProcess } from './testing/run-in-process.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-train-images-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);

const TOPOLOGY = `
name: small
data_dir: ${at('data')}
topics: { image.raw: {}, features.image: {}, labels: { partitions: 1 }, models: { cleanup: compact, partitions: 1 }, dead: { max_message_bytes: 2000000 } }
stages:
  look:
    type: image_features
    input: image.raw
    outputs: { features: features.image, dead_letter: dead }
  learn:
    type: image_learn
    input: features.image
    labels: labels
    outputs: { models: models }
    model: { algorithms: [kmeans], min_groups: 3, max_groups: 3, depth: 1, classifier: rules }
`;
const IMAGES = mixed({ scratch: 30, hole: 20, dent: 10 });

beforeAll(async () => {
  writeFileSync(at('t.yaml'), TOPOLOGY);
  const { data, rows, cols } = featuresOf(IMAGES);
  writeFileSync(at('f.npy'), encodeNpy(data, [rows, cols]));
  const broker = await openEmbedded(at('data'), { mode: 'own' });
  await broker.admin.createTopic('features.image', { partitions: 1 });
  await broker.admin.createTopic('labels', { partitions: 1 });
  await sendVectors(broker, IMAGES);
  await broker.close();
});

describe('train images', () => {
  const train = (...args: string[]) => runInProcess(['train', 'images', '--topology', at('t.yaml'), ...args]);

  it('makes a model of a topic, which is listed and shown once it was promoted', async () => {
    const { stdout, code } = await train('--out', at('first'));
    expect([stdout, code]).toEqual([
      expect.stringMatching(
        /^v0001-\w+: 3 groups of 60 images, encoded by test-encoder\.\nThey are by kmeans with k = 3/,
      ),
      0,
    ]);
    const promote = (...where: string[]) => runInProcess(['models', 'promote', at('first'), ...where]);
    // The topology's encoder is another one: its features would be dead letters.
    expect((await promote('--topology', at('t.yaml'))).stderr).toMatch(
      /^FEATURES_MISMATCH: .* look makes texture-/,
    );
    const promoted = await promote('--data-dir', at('data'));
    expect(promoted.stdout).toMatch(/\(image, kmeans\) is used for all sensors from the beginning on/);
    const { stdout: shown } = await runInProcess(['models', 'show', '--topology', at('t.yaml')]);
    expect(shown).toMatch(/encoder: +test-encoder, 12 features, 12 principal components/);
    expect(shown).toMatch(/\(all\) +60 +kmeans, k = 3 +1\.000/);
    expect(shown).toMatch(/labels: +none/);
    const wrong = await runInProcess(['models', 'list', '--method', 'image', '--sensor', 'cam-1']);
    expect(wrong.stderr).toMatch(/Models of images are for all sensors/);
  });

  it('goes on with the ids of the model in use, and learns what people have said since', async () => {
    const broker = await openEmbedded(at('data'), { mode: 'own' });
    const named = (path: string, label: string) =>
      ({ subject: 'group', subjectId: path, action: 'name', label }) as const;
    await say(broker, [
      { ...named('0', 'long scratch'), id: 'a' },
      { ...named('1', 'pinhole'), id: 'b' },
    ]);
    await broker.close();
    const { stdout } = await train('--out', at('second'), '--json');
    const { details } = JSON.parse(stdout);
    expect(details.groups).toEqual([
      { path: [0], rows: 30 },
      { path: [1], rows: 20 },
      { path: [2], rows: 10 },
    ]);
    expect(details.labels).toMatchObject({
      classifier: 'rules',
      classes: ['long scratch', 'pinhole'],
      named: 50,
    });
  });

  it('makes a model of features in a file, when it is told what made them', async () => {
    expect((await train(at('f.npy'), '--out', at('third'))).stderr).toMatch(
      /USAGE_INVALID: What made the features/,
    );
    const { stdout, code } = await train(
      at('f.npy'),
      '--encoder',
      'e-1',
      '--max-groups',
      '4',
      '--out',
      at('third'),
    );
    expect([stdout, code]).toEqual([expect.stringMatching(/60 images, encoded by e-1/), 0]);
  });

  it('says when there is nothing to learn from', async () => {
    expect((await train('labels', '--out', at('none'))).stderr).toMatch(/TRAINING_DATA_INSUFFICIENT/);
    expect((await train(at('nowhere.npy'), '--encoder', 'e', '--out', at('none'))).stderr).toMatch(
      /FILE_NOT_FOUND/,
    );
  });
});
