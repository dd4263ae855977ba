import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Broker, OutgoingMessage } from '../broker/port.js';
import { announceModel } from '../lifecycle/announce-model.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import type { ImageGroupModel } from '../lifecycle/image-model/image-group-model.js';
import {
  DIMENSIONS,
  ENCODER,
  featuresOf,
  fitted,
  KINDS,
  mixed,
  type Picture,
} from '../lifecycle/image-model/testing/pictures.js';
import { saveModel } from '../lifecycle/model-store.js';
import { codec } from '../records/codec.js';
import { tensorBytes } from '../records/tensor-bytes.js';
import type { ImageAssignment, ImageFeatures, ModelAnnouncement } from '../records/types.js';
import { publishAnnouncement } from './announcements.js';
import type { AssigningOptions } from './assigning-stage.js';
import { startImageAssign } from './image-assign.js';
import type { RunningStage } from './stage.js';
import { until } from './testing/noise-topics.js';
import { scratchBrokers } from './testing/scratch-broker.js';
import { testContext } from './testing/stage-context.js';

const OPTIONS: AssigningOptions = {
  ...{ input: 'features.image', models: 'models', whenNoModel: 'wait', batchSize: 8, lingerMs: 1 },
  outputs: { assignments: 'assignments', deadLetter: 'dead' },
};
/** Pictures of known kinds and of a new one. */
const IMAGES = mixed({ ...KINDS, crack: 6 }, { seed: 3 });

const directory = mkdtempSync(join(tmpdir(), 'plantsense-image-assign-'));
let first: ImageGroupModel;
let second: ImageGroupModel;

beforeAll(async () => {
  first = await fitted(mixed(KINDS));
  second = await fitted(mixed({ scratch: 30, hole: 30, crack: 30 }), { sequence: 2 });
  for (const { artefact } of [first, second])
    await saveModel(new DirectoryModelStore(join(directory, 'models')), artefact);
});
afterAll(() => rmSync(directory, { recursive: true }));

const recordOf = ({ id, timeUs, features, nearLabel }: Picture, changes: Partial<ImageFeatures> = {}) =>
  codec('image-features').encode({
    ...{ frameId: id, sensor: 'cam-1', timeUs, encoder: ENCODER, nearLabel, shape: [DIMENSIONS] },
    tensor: tensorBytes(features),
    ...changes,
  });

describe('the stage that assigns images', () => {
  const scratchBroker = scratchBrokers();

  async function prepare(messages: readonly Uint8Array[]) {
    const broker = await scratchBroker();
    await broker.admin.createTopic('features.image', { partitions: 1 });
    await broker.admin.createTopic('models', { partitions: 1, cleanupPolicy: 'compact' });
    const values = messages.map(value => ({ key: 'cam-1', value }));
    await (await broker.producer()).send('features.image', values);
    return broker;
  }

  /** Announces models, each from the picture of a number on. */
  async function announce(broker: Broker, ...models: (readonly [ImageGroupModel, number])[]) {
    const before: ModelAnnouncement[] = [];
    for (const [{ artefact, paths }, from] of models) {
      const activeFromUs = from === 0 ? 0 : IMAGES[from]!.timeUs;
      const announcement = announceModel(before, artefact, paths.length, {
        ...{ state: 'promoted', activeFromUs, reason: 'A test.' },
      });
      await publishAnnouncement(await broker.producer(), 'models', announcement);
      before.push(announcement);
    }
  }

  async function start(broker: Broker, changes: Partial<AssigningOptions> = {}) {
    const sent: (readonly [topic: string, message: OutgoingMessage])[] = [];
    const send = async (topic: string, messages: readonly OutgoingMessage[]) => {
      for (const message of messages) sent.push([topic, message]);
    };
    const context = testContext(broker, send, { dataDir: directory });
    const stage = await startImageAssign({ ...OPTIONS, ...changes }, context);
    const valuesOf = (topic: string) => sent.flatMap(([to, { value }]) => (to === topic ? [value!] : []));
    return { stage, sent, valuesOf };
  }

  /** The assignments and dead letters that a stage sends, as many as asked for. */
  async function outcome(broker: Broker, count: number, changes: Partial<AssigningOptions> = {}) {
    const { stage, sent, valuesOf } = await start(broker, changes);
    await sentBy(stage, () => sent.length >= count);
    return {
      assignments: valuesOf('assignments').map(value => codec('image-assignment').decode(value)),
      letters: valuesOf('dead').map(value => codec('dead-letter').decode(value)),
    };
  }

  async function sentBy(stage: RunningStage, isDone: () => boolean): Promise<void> {
    let failure: unknown = null;
    stage.done.catch(error => {
      failure = error;
    });
    await until(() => isDone() || failure !== null);
    await stage.stop();
    expect(failure).toBeNull();
  }

  /** What a model says of pictures, as records. */
  const expected = (model: ImageGroupModel, images: readonly Picture[]): ImageAssignment[] =>
    model.assign(featuresOf(images)).map(({ label, ...answer }, i) => ({
      ...{ frameId: images[i]!.id, sensor: 'cam-1', timeUs: images[i]!.timeUs, logLikelihood: null },
      ...{ suspectedLabel: label, modelVersion: model.version, nearLabel: images[i]!.nearLabel },
      ...{ ...answer, path: [...answer.path] },
    }));

  it.each([1, 50])(
    'puts each picture where the model of its time puts it, in batches of %i',
    async batchSize => {
      const change = 60;
      const labelled = IMAGES.map((image, i) => (i % 7 === 0 ? { ...image, nearLabel: 'dent' } : image));
      const broker = await prepare(labelled.map(image => recordOf(image)));
      await announce(broker, [first, 0], [second, change]);
      const { assignments } = await outcome(broker, IMAGES.length, { batchSize });
      expect(assignments).toEqual([
        ...expected(first, labelled.slice(0, change)),
        ...expected(second, labelled.slice(change)),
      ]);
      expect(assignments.some(({ novel }) => novel)).toBe(true);
      expect(assignments.some(({ path }) => path.length === 2)).toBe(true);
    },
  );

  it('makes dead letters of features that the model does not take, and goes on with the next ones', async () => {
    const [image] = IMAGES;
    const messages = [
      recordOf(image!),
      recordOf(image!, { encoder: 'resnet50-4d473c1d' }),
      recordOf(image!, { shape: [2], tensor: tensorBytes(new Float32Array(2)) }),
      recordOf(image!, { shape: [1, DIMENSIONS] }),
      recordOf(image!),
    ];
    const broker = await prepare(messages);
    await announce(broker, [first, 0]);
    const { assignments, letters } = await outcome(broker, messages.length);
    expect(assignments).toEqual(expected(first, [image!, image!]));
    expect(letters.map(({ originalOffset, errorCode }) => [originalOffset, errorCode])).toEqual([
      [1, 'MODEL_INVALID'],
      [2, 'MATRIX_INVALID'],
      [3, 'RECORD_INVALID'],
    ]);
    expect(letters[0]!.message).toContain(`was fitted on features ${ENCODER}; these are resnet50-4d473c1d`);
    expect(Buffer.from(letters[0]!.originalValue!).equals(messages[1]!)).toBe(true);
  });

  it('waits for a first model, and says so', async () => {
    const broker = await prepare(IMAGES.slice(0, 3).map(image => recordOf(image)));
    const { stage, sent } = await start(broker);
    await until(() => stage.waiting);
    expect([stage.detail, sent.length]).toEqual(['waits for a first model', 0]);
    await announce(broker, [first, 0]);
    await sentBy(stage, () => sent.length === 3);
  });

  it('passes pictures on without a group where it is not to wait', async () => {
    const broker = await prepare(IMAGES.slice(0, 4).map(image => recordOf(image, { nearLabel: 'hole' })));
    await announce(broker, [first, 2]);
    const { assignments } = await outcome(broker, 4, { whenNoModel: 'unassigned' });
    expect(assignments.map(({ modelVersion }) => modelVersion)).toEqual([
      ...[null, null, first.version, first.version],
    ]);
    expect(assignments[0]).toMatchObject({
      ...{ path: [], probability: null, novel: false, noveltyScore: null, runnersUp: [] },
      nearLabel: 'hole',
    });
  });
});
