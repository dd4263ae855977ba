import { setImmediate } from 'node:timers/promises';
import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { checkWritable } from '../files.js';
import { fitImageModel } from '../lifecycle/image-model/fit-image-model.js';
import {
  IMAGE_METHOD,
  type ImageDetails,
  imageDetailsSchema,
} from '../lifecycle/image-model/image-details.js';
import type { ImageGroupModel } from '../lifecycle/image-model/image-group-model.js';
import {
  type ImageTrainingSet,
  NO_LABELS,
  type PeoplesLabels,
} from '../lifecycle/image-model/image-training-set.js';
import { ImageWindow } from '../lifecycle/image-model/image-window.js';
import { openImageModel } from '../lifecycle/image-model/open-image-model.js';
import { writeModelDirectory } from '../lifecycle/model-directory.js';
import { loadModel, type ModelStore, nextSequence } from '../lifecycle/model-store.js';
import { ModelTimeline } from '../lifecycle/model-timeline.js';
import { readImages, readNewest } from '../stages/image-learn-topic.js';
import { imageFitOptions } from '../stages/image-model-options.js';
import { readPeople } from '../stages/peoples-labels.js';
import { imageTraining } from '../topology/image-training.js';
import type { Topology } from '../topology/topology.js';
import type { Cli } from './cli.js';
import { readConnection, withExistingBroker } from './connection.js';
import { openModelStore, readAllAnnouncements } from './known-models.js';
import { Progress } from './progress.js';
import { readMatrix } from './read-array.js';
import type { TrainImagesFlags } from './train-images.js';

/** What a model is made of. */
interface Material {
  readonly set: ImageTrainingSet;
  readonly people: PeoplesLabels;
  /** The model whose group ids go on. */
  readonly parent: ImageGroupModel | null;
}

/** What `train images` does. */
export async function trainImages(
  cli: Cli,
  source: string | undefined,
  flags: TrainImagesFlags,
): Promise<void> {
  const { out, json } = flags;
  await checkWritable(out);
  const topology = await readConnection(cli, flags);
  const defaults = imageTraining(topology);
  const { windowHours = defaults.windowHours, maxImages = defaults.maxImages } = flags;
  const store = await openModelStore(topology);
  const topic = source ?? defaults.input;
  const material = topic.endsWith('.npy')
    ? await readFile(topic, flags.encoder, maxImages)
    : await withExistingBroker(cli, topology, broker =>
        readTopic({ cli, broker, topology, store, topic, windowHours, maxImages, labels: defaults.labels }),
      );
  const given = Object.entries(flags).filter(([name]) => name in defaults.model);
  const options = imageFitOptions({ ...defaults.model, ...Object.fromEntries(given) });
  const progress = new Progress(cli.stderr, 'training');
  try {
    const { set, people, parent } = material;
    const artefact = await fitImageModel(
      set,
      { ...options, people, parent, sequence: await nextSequence(store, IMAGE_METHOD) },
      async ({ phase, cells, firstLevelCells }) => {
        progress.show(cells, Math.max(firstLevelCells, cells), phase);
        await setImmediate();
        cli.signal.throwIfAborted();
      },
    );
    await writeModelDirectory(out, artefact);
    progress.end();
    const { version, data, indices } = artefact.card;
    const details = imageDetailsSchema.parse(artefact.card.details);
    if (json) return cli.stdout.json({ version, out, images: data.rows, indices, details });
    await cli.stdout.write(reportOf(version, data.rows, details, out));
  } finally {
    progress.end();
  }
}

function reportOf(
  version: string,
  images: number,
  { groups, splits, encoder }: ImageDetails,
  out: string,
): string {
  const first = groups.filter(({ path }) => path.length === 1);
  const { algorithm, k, explanation, refitAgreement } = splits[0]!;
  const sub = groups.length > first.length ? ` and ${groups.length - first.length} sub-groups` : '';
  return [
    `${version}: ${first.length} groups${sub} of ${images} images, encoded by ${encoder}.`,
    `They are by ${algorithm} with k = ${k}. ${explanation.join(' ')}`,
    ...(refitAgreement === null
      ? []
      : [
          `Made again without them, the groups have ${(100 * refitAgreement).toFixed(1)} % of held-out images.`,
        ]),
    `Written to ${out}. \`plantsense models promote ${out}\` puts it into use.`,
    '',
  ].join('\n');
}

/** Rows have no ids and no times: they are numbered. */
async function readFile(path: string, encoder: string | undefined, most: number): Promise<Material> {
  if (encoder === undefined)
    throw new PlantsenseError('USAGE_INVALID', `What made the features of ${path}? --encoder says its id.`);
  const { data, rows, cols } = await readMatrix(path);
  const window = new ImageWindow(encoder, cols, most);
  for (let row = 0; row < rows; row++)
    window.add({
      ...{ id: `${row}`.padStart(9, '0'), timeUs: 0, nearLabel: null },
      features: Float32Array.from(data.subarray(row * cols, (row + 1) * cols)),
    });
  return { set: window.trainingSet(), people: NO_LABELS, parent: null };
}

interface TopicMaterial {
  readonly cli: Cli;
  readonly broker: Broker;
  readonly topology: Topology;
  readonly store: ModelStore;
  readonly topic: string;
  readonly windowHours: number;
  readonly maxImages: number;
  readonly labels: string | null;
}

async function readTopic(request: TopicMaterial): Promise<Material> {
  const { cli, broker, topology, store, topic, windowHours, maxImages: most, labels } = request;
  const { signal } = cli;
  const newest = await readNewest(broker, topic, signal);
  if (!newest)
    throw new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `The topic ${topic} holds no image to learn from.`,
    );
  const { window } = await readImages(broker, { topic, newest, windowHours, most, from: null }, signal);
  const announcements = await readAllAnnouncements(cli, broker, topology, { json: false });
  const active = new ModelTimeline(announcements, IMAGE_METHOD).activeAt(Number.POSITIVE_INFINITY);
  const artefact = active && (await loadModel(store, active.uri, active.cardSha256));
  return {
    set: window.trainingSet(),
    people:
      labels === null ? NO_LABELS : await readPeople(broker, labels, artefact?.card ?? null, store, signal),
    parent: artefact && openImageModel(artefact),
  };
}
