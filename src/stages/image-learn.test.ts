import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rollBack } from '../lifecycle/announce-model.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { openImageModel } from '../lifecycle/image-model/open-image-model.js';
import {
  featuresOf,
  mixed,
  type Picture,
  pathsOfKinds,
  pictures,
  START_US,
  STEP_US,
} from '../lifecycle/image-model/testing/pictures.js';
import { loadModel } from '../lifecycle/model-store.js';
import type { ModelAnnouncement } from '../records/types.js';
import { publishAnnouncement } from './announcements.js';
import { startImageLearn } from './image-learn.js';
import { FEATURES, frameIdOf, LEARN, prepareImages, say, sendVectors } from './testing/image-vectors.js';
import { announced, untilAnnounced } from './testing/machine-learning.js';
import { until } from './testing/noise-topics.js';
import { scratchBrokers } from './testing/scratch-broker.js';

const COUNTS = { scratch: 50, hole: 40, dent: 30 };

/** A person's word that the last model is not to be used. */
function takeBack(known: readonly ModelAnnouncement[]): ModelAnnouncement {
  const activeFromUs = known.at(-1)!.activeFromUs;
  return rollBack(known, 'image', { activeFromUs, reason: 'It follows rubbish.' });
}

describe('image_learn', () => {
  const scratchBroker = scratchBrokers();
  const directories: string[] = [];
  const directory = () => {
    directories.push(mkdtempSync(join(tmpdir(), 'plantsense-images-')));
    return directories.at(-1)!;
  };
  afterAll(() => {
    for (const each of directories) rmSync(each, { recursive: true });
  });
  const open = async (dataDir: string, { uri, cardSha256 }: ModelAnnouncement) =>
    openImageModel(await loadModel(new DirectoryModelStore(join(dataDir, 'models')), uri, cardSha256));

  it('learns a first model of the pictures of all partitions, which scores all there were', async () => {
    const broker = await scratchBroker();
    const dataDir = directory();
    const { context } = await prepareImages(broker, dataDir, { partitions: 2 });
    const images = mixed(COUNTS);
    await sendVectors(broker, images.slice(0, 90), { partitions: 2 });
    const stage = await startImageLearn(LEARN, context);
    await until(() => stage.detail !== null);
    expect(stage.detail).toBe('learns its first model after 100 images, has 90');
    expect(await stage.isBusy()).toBe(false);
    await sendVectors(broker, images.slice(90), { partitions: 2 });
    const [first] = await untilAnnounced(broker, 1);
    expect(first).toMatchObject({
      ...{
        method: 'image',
        entity: '',
        sequence: 1,
        state: 'promoted',
        activeFromUs: 0,
        parentVersion: null,
      },
      ...{ groups: 3, reason: 'The first model, of 120 images: 3 groups.' },
      seen: [
        { topic: FEATURES, partition: 0, offset: 60 },
        { topic: FEATURES, partition: 1, offset: 60 },
      ],
    });
    await until(() => stage.detail === null);
    expect(await stage.isBusy()).toBe(false);
    await stage.stop();
    const paths = pathsOfKinds(await open(dataDir, first!), mixed(COUNTS, { seed: 2 }));
    expect(new Set(Object.values(paths)).size).toBe(3);
  });

  it('lets groups follow pictures as they come, each of them once, also over a restart', async () => {
    const broker = await scratchBroker();
    const dataDir = directory();
    const { context } = await prepareImages(broker, dataDir);
    const options = { ...LEARN, updateAfterImages: 30 };
    await sendVectors(broker, mixed(COUNTS));
    let stage = await startImageLearn(options, context);
    const [first] = await untilAnnounced(broker, 1);
    const scratches = (count: number, number: number, drift: number) =>
      pictures(new Array(count).fill('scratch'), { seed: 3 + number, first: number, drift });
    await sendVectors(broker, scratches(40, 120, 0.3));
    const [, second] = await untilAnnounced(broker, 2);
    await stage.stop();
    await sendVectors(broker, scratches(20, 160, 0.6));
    stage = await startImageLearn(options, context);
    while (await stage.isBusy()) await new Promise(setImmediate);
    expect(await announced(broker)).toHaveLength(2);
    await sendVectors(broker, scratches(15, 180, 0.6));
    const [, , third] = await untilAnnounced(broker, 3);
    await stage.stop();
    expect([second, third]).toMatchObject([
      { state: 'promoted', parentVersion: first!.version, activeFromUs: START_US + 159 * STEP_US },
      { state: 'promoted', parentVersion: second!.version, seen: [{ offset: 195 }] },
    ]);
    const model = await open(dataDir, third!);
    expect(model.artefact.card.data.rows).toBe(35);
    expect(model.details).toMatchObject({ followed: 75, change: 'update', fitted: { rows: 120 } });
    expect(model.paths).toEqual((await open(dataDir, first!)).paths);
  });

  it('seeks new groups that keep their ids, and refuses them when too many pictures fit none', async () => {
    const broker = await scratchBroker();
    const dataDir = directory();
    const { context, logged } = await prepareImages(broker, dataDir);
    const model = { ...LEARN.model, rule: 'c-score' as const };
    const options = { ...LEARN, model, refitAfterImages: 120 };
    const labelled = (images: readonly Picture[]) => images.map(each => ({ ...each, nearLabel: each.kind }));
    await sendVectors(broker, labelled(mixed(COUNTS)));
    const stage = await startImageLearn(options, context);
    const [first] = await untilAnnounced(broker, 1);
    const more = labelled(mixed({ ...COUNTS, crack: 20 }, { seed: 5, first: 120 }));
    await sendVectors(broker, more);
    const [, second] = await untilAnnounced(broker, 2);
    expect(second).toMatchObject({ state: 'promoted', parentVersion: first!.version, groups: 4 });
    expect(second!.reason).toMatch(
      /^It groups images as they are now: on 52 held-out images it calls \d\.\d % novel, v0001-\w+ \d+\.\d %; Silhouette .* keep their group\.$/,
    );
    const { crack, ...others } = pathsOfKinds(await open(dataDir, second!), more);
    expect(others).toEqual(pathsOfKinds(await open(dataDir, first!), mixed(COUNTS, { seed: 6 })));
    expect(crack).toBe('3');
    await stage.stop();

    // Of the same pictures again none can be good enough for this rule.
    const strict = { ...options, promote: { ...options.promote, maxSilhouetteLoss: -1 } };
    const again = await startImageLearn(strict, context);
    await sendVectors(broker, labelled(mixed(COUNTS, { seed: 8, first: 260 })));
    const [, , third] = await untilAnnounced(broker, 3);
    expect(third).toMatchObject({ state: 'refused' });
    expect(third!.reason).toMatch(/^Its groups stand less apart: on \d+ held-out images/);
    expect(logged).toContain(third!.reason);
    // Not before as many pictures have come again.
    await until(() => again.detail === null);
    expect(await again.isBusy()).toBe(false);
    await again.stop();
    expect(await announced(broker)).toHaveLength(3);
  });

  // Which refusal was the last was told by event time, and the same groups were sought and refused again and again.
  it('refuses once where event time stands still, as of pictures that are sent again', async () => {
    const broker = await scratchBroker();
    const { context } = await prepareImages(broker, directory());
    const promote = { ...LEARN.promote, maxSilhouetteLoss: -1 };
    await sendVectors(broker, mixed(COUNTS));
    const stage = await startImageLearn({ ...LEARN, refitAfterImages: 120, promote }, context);
    await untilAnnounced(broker, 1);
    await sendVectors(broker, mixed(COUNTS, { seed: 8 }));
    const [first, second] = await untilAnnounced(broker, 2);
    expect([first!.state, second!.state]).toEqual(['promoted', 'refused']);
    expect(second!.createdUs).toBe(first!.createdUs);
    await until(() => stage.detail === null);
    expect(await stage.isBusy()).toBe(false);
    await stage.stop();
  });

  // What had been learnt was still there to be learnt: a second later it was announced again.
  it('does not learn at once again what a person has taken back', async () => {
    const broker = await scratchBroker();
    const dataDir = directory();
    const { context } = await prepareImages(broker, dataDir);
    const options = { ...LEARN, updateAfterImages: 30 };
    await sendVectors(broker, mixed(COUNTS));
    let stage = await startImageLearn(options, context);
    await untilAnnounced(broker, 1);
    await sendVectors(broker, mixed({ hole: 30 }, { seed: 2, first: 120 }));
    const known = await untilAnnounced(broker, 2);
    await stage.stop();
    await publishAnnouncement(context.producer, 'models', takeBack(known));
    await sendVectors(broker, mixed({ hole: 20 }, { seed: 3, first: 150 }));
    stage = await startImageLearn(options, context);
    while (await stage.isBusy()) await new Promise(setImmediate);
    expect(await announced(broker)).toHaveLength(3);
    await sendVectors(broker, mixed({ hole: 15 }, { seed: 4, first: 170 }));
    const last = (await untilAnnounced(broker, 4)).at(-1)!;
    await stage.stop();
    expect(last).toMatchObject({ sequence: 4, parentVersion: known[0]!.version, seen: [{ offset: 185 }] });
  });

  // It was announced by the same key as the person's word, which compaction then dropped.
  it('leaves what it has learnt from a model that a person takes back meanwhile', async () => {
    const broker = await scratchBroker();
    const { context, logged } = await prepareImages(broker, directory());
    let meanwhile: (() => Promise<void>) | null = null;
    // Asked for right before a thread begins to learn.
    const now = () => {
      void meanwhile?.();
      meanwhile = null;
      return 0;
    };
    await sendVectors(broker, mixed(COUNTS));
    const stage = await startImageLearn({ ...LEARN, updateAfterImages: 30 }, { ...context, now });
    await untilAnnounced(broker, 1);
    await sendVectors(broker, mixed({ hole: 30 }, { seed: 2, first: 120 }));
    const known = await untilAnnounced(broker, 2);
    await until(() => logged.some(line => line.startsWith('The groups follow')));
    meanwhile = () => publishAnnouncement(context.producer, 'models', takeBack(known));
    await sendVectors(broker, mixed({ hole: 30 }, { seed: 3, first: 150 }));
    const all = await untilAnnounced(broker, 4);
    await stage.stop();
    expect(logged).toContain('Another model was put into use meanwhile: what was learnt is left.');
    expect(all.map(({ sequence, state }) => [sequence, state])).toEqual([
      [1, 'promoted'],
      [2, 'promoted'],
      [3, 'retired'],
      [4, 'promoted'],
    ]);
    expect(all[3]!.parentVersion).toBe(known[0]!.version);
  });

  // Nothing else was learnt until there were a tenth more pictures than ever.
  it('follows new pictures also while no new groups can be found', async () => {
    const broker = await scratchBroker();
    const { context, logged } = await prepareImages(broker, directory());
    await sendVectors(broker, mixed(COUNTS));
    let stage = await startImageLearn(LEARN, context);
    await untilAnnounced(broker, 1);
    await stage.stop();
    await sendVectors(broker, mixed({ hole: 60 }, { seed: 2, first: 120 }));
    const model = { ...LEARN.model, rule: 'c-score' as const };
    stage = await startImageLearn({ ...LEARN, model, refitAfterImages: 60, updateAfterImages: 60 }, context);
    const [, second] = await untilAnnounced(broker, 2);
    await stage.stop();
    expect(second!.reason).toMatch(/^The groups follow 60 images/);
    expect(logged.filter(line => line.startsWith('No new model'))).toEqual([
      expect.stringMatching(/needs near-labels/),
    ]);
  });

  // It was the newest picture: all others were too old to be learnt from, and the model was to be used from then on.
  it('learns nothing from a camera whose clock is years ahead', async () => {
    const broker = await scratchBroker();
    const { context, logged } = await prepareImages(broker, directory(), { partitions: 2 });
    const years = { partitions: 2, takenLaterUs: 30 * 365 * 86_400_000_000 };
    const learning = { partitions: 2 };
    await sendVectors(broker, pictures(['hole'], { seed: 3 }), years);
    await sendVectors(broker, mixed(COUNTS), learning);
    await sendVectors(broker, pictures(['hole'], { seed: 4, first: 120 }), years);
    const stage = await startImageLearn({ ...LEARN, updateAfterImages: 20 }, context);
    const [first] = await untilAnnounced(broker, 1);
    expect(first!.reason).toBe('The first model, of 120 images: 3 groups.');
    await sendVectors(broker, mixed({ hole: 20 }, { seed: 5, first: 121 }), learning);
    await sendVectors(broker, pictures(['hole'], { seed: 6, first: 141 }), years);
    const [, second] = await untilAnnounced(broker, 2);
    await stage.stop();
    expect(second!.activeFromUs).toBeLessThan(START_US + 200 * STEP_US);
    expect(logged.filter(line => line.startsWith('No new model'))).toEqual([]);
  });

  // Nothing was new until the topic was as long as the one before it.
  it('goes on when its topic was deleted and made again', async () => {
    const broker = await scratchBroker();
    const { context } = await prepareImages(broker, directory());
    await sendVectors(broker, mixed(COUNTS));
    let stage = await startImageLearn(LEARN, context);
    await untilAnnounced(broker, 1);
    await stage.stop();
    await broker.admin.deleteTopic(FEATURES);
    await broker.admin.createTopic(FEATURES, { partitions: 1 });
    await sendVectors(broker, mixed({ hole: 30 }, { seed: 2, first: 120 }));
    stage = await startImageLearn({ ...LEARN, updateAfterImages: 30 }, context);
    const [, second] = await untilAnnounced(broker, 2);
    expect(await stage.isBusy()).toBe(false);
    await stage.stop();
    expect(second!.reason).toMatch(/^The groups follow 30 images/);
    expect(second!.seen).toEqual([{ topic: FEATURES, partition: 0, offset: 30 }]);
  });

  it('learns labels anew when people have said more, and predicts what they said', async () => {
    const broker = await scratchBroker();
    const dataDir = directory();
    const { context } = await prepareImages(broker, dataDir);
    const images = mixed(COUNTS);
    await sendVectors(broker, images);
    const stage = await startImageLearn({ ...LEARN, relabelAfterLabels: 2 }, context);
    const [first] = await untilAnnounced(broker, 1);
    const before = await open(dataDir, first!);
    expect(before.labels).toBe(null);
    const { scratch } = pathsOfKinds(before, images);
    const holes = images.filter(({ kind }) => kind === 'hole').slice(0, 10);
    await say(broker, [
      {
        ...{
          id: 'f'.repeat(32),
          subject: 'group',
          subjectId: scratch!,
          action: 'name',
          label: 'long scratch',
        },
        modelVersion: first!.version,
      },
      ...holes.map(image => ({
        ...{
          subject: 'image' as const,
          subjectId: frameIdOf(image),
          action: 'mark' as const,
          label: 'pinhole',
        },
        modelVersion: first!.version,
      })),
    ]);
    const [, second] = await untilAnnounced(broker, 2);
    // Each dismissed alarm made a new model of images.
    await say(broker, [
      { id: 'a'.repeat(32), subject: 'alarm', subjectId: 'x', action: 'confirm', label: null },
      { id: 'b'.repeat(32), subject: 'group', subjectId: 'noise:3', action: 'name', label: 'saw' },
    ]);
    for (let look = 0; look < 3; look++) expect(await stage.isBusy()).toBe(false);
    await stage.stop();
    expect(second).toMatchObject({ state: 'promoted', parentVersion: first!.version, groups: 3 });
    expect(second!.reason).toMatch(
      /^Labels of 60 images are learnt anew, 60 by people's word; .* 100\.0 % are right\.$/,
    );
    const model = await open(dataDir, second!);
    const others = pictures(['scratch', 'hole'], { seed: 9 });
    expect(model.assign(featuresOf(others)).map(({ label }) => label)).toEqual(['long scratch', 'pinhole']);
    expect(model.assign(featuresOf(others)).map(({ path }) => path)).toEqual(
      before.assign(featuresOf(others)).map(({ path }) => path),
    );
  });

  it('does not give a name to a group that only has the number of the one that a person saw', async () => {
    const broker = await scratchBroker();
    const dataDir = directory();
    const { context } = await prepareImages(broker, dataDir);
    await say(broker, [
      {
        ...{ subject: 'group', subjectId: '0', action: 'name', label: 'of another line' },
        modelVersion: 'v0009-0123456789ab',
      },
      { id: 'e'.repeat(32), subject: 'group', subjectId: '1', action: 'name', label: 'of any' },
    ]);
    await sendVectors(broker, mixed(COUNTS));
    const stage = await startImageLearn(LEARN, context);
    const [first] = await untilAnnounced(broker, 1);
    await stage.stop();
    const { details } = await open(dataDir, first!);
    expect(details.labels).toMatchObject({ named: 40, statements: 2, classifier: null });
  });

  it('begins anew with the features of another encoder, and leaves those before out', async () => {
    const broker = await scratchBroker();
    const dataDir = directory();
    const { context, logged } = await prepareImages(broker, dataDir);
    await sendVectors(broker, mixed(COUNTS));
    const stage = await startImageLearn({ ...LEARN, updateAfterImages: 10 }, context);
    const [first] = await untilAnnounced(broker, 1);
    const images = mixed(COUNTS, { seed: 4, first: 120 });
    await sendVectors(broker, images.slice(0, 60), { encoder: 'another' });
    await until(() => stage.detail !== null);
    expect(stage.detail).toBe(
      'the model takes features of test-encoder, and images are encoded by another now',
    );
    expect(await announced(broker)).toHaveLength(1);
    await sendVectors(broker, images.slice(60), { encoder: 'another' });
    const [, second] = await untilAnnounced(broker, 2);
    await stage.stop();
    expect(second).toMatchObject({ state: 'promoted', parentVersion: first!.version });
    expect(second!.reason).toMatch(
      /takes features of test-encoder, and the pictures are encoded by another now/,
    );
    const model = await open(dataDir, second!);
    expect([model.encoder, model.paths]).toEqual(['another', [[3], [4], [5]]]);
    expect(logged).toContain('Images of other encoders than another, that of the newest, are left out.');
  });

  it('tries again only after more pictures when these are of no use, and says so once', async () => {
    const broker = await scratchBroker();
    const { context, logged } = await prepareImages(broker, directory());
    const [one] = pictures(['hole']);
    const same = Array.from({ length: 110 }, (_, i) => ({ ...one!, id: `same-${i}` }));
    await sendVectors(broker, same);
    const stage = await startImageLearn(LEARN, context);
    await until(() => logged.length > 0);
    expect(logged).toEqual([
      expect.stringMatching(/^No new model: The features of all images are the same\./),
    ]);
    expect(stage.detail).toMatch(/^could not learn: The features of all images are the same/);
    expect(await stage.isBusy()).toBe(false);
    await sendVectors(broker, mixed(COUNTS, { seed: 2, first: 200 }));
    await untilAnnounced(broker, 1);
    await stage.stop();
    expect(logged.filter(line => line.startsWith('No new model'))).toHaveLength(1);
  });
});
