// The model that the stage assigns with, fitted to the pictures that come.
import { join } from 'node:path';
import { DirectoryModelStore } from '../../dist/lifecycle/directory-model-store.js';
import { fitImageModel } from '../../dist/lifecycle/image-model/fit-image-model.js';
import { ImageWindow } from '../../dist/lifecycle/image-model/image-window.js';
import { openImageModel } from '../../dist/lifecycle/image-model/open-image-model.js';
import { saveModel } from '../../dist/lifecycle/model-store.js';
import { promoteModel } from '../../dist/lifecycle/promote-model.js';
import { publishAnnouncement } from '../../dist/stages/announcements.js';
import { decodeImage } from '../../dist/vision/decode-image.js';
import { TextureEncoder } from '../../dist/vision/texture/texture-encoder.js';
import { START_US } from './pictures.mjs';

/**
 * Fits a model of two levels with a post-clustering layer.
 *
 * @returns the model, its artefact, and the mean features of each group of the first level: what the peer assigns by
 */
export async function fitModel(pictures) {
  const encoder = new TextureEncoder();
  const window = new ImageWindow(encoder.id, encoder.dimensions, pictures.length);
  for (const [i, { picture, nearLabel }] of pictures.entries()) {
    const features = await encoder.encode([await decodeImage(picture)]);
    window.add({ id: String(i).padStart(6, '0'), timeUs: START_US, nearLabel, features });
  }
  const set = window.trainingSet();
  const artefact = await fitImageModel(set, {
    algorithms: ['kmeans', 'agglomerative'],
    minGroups: 3,
    maxGroups: 8,
    sequence: 1,
  });
  return { artefact, centroids: centroidsOf(set.features, openImageModel(artefact)) };
}

/** `[groups, dimensions]`, and the id of each group. */
function centroidsOf(features, model) {
  const rows = new Map();
  model.assign(features).forEach(({ path: [group] }, row) => {
    if (group !== undefined) rows.set(group, [...(rows.get(group) ?? []), row]);
  });
  const { cols, data } = features;
  const means = [...rows.values()].map(members =>
    Float64Array.from(
      { length: cols },
      (_, col) => members.reduce((sum, row) => sum + data[row * cols + col], 0) / members.length,
    ),
  );
  return { groups: [...rows.keys()], means: means.map(mean => [...mean]) };
}

/** Puts the model into use for all event time. */
export async function promote(artefact, dataDir, broker) {
  await saveModel(new DirectoryModelStore(join(dataDir, 'models')), artefact);
  const { announcement } = promoteModel([], artefact, artefact.card.indices.groups, {
    nowUs: START_US,
    reason: 'Fitted for the benchmark.',
  });
  const producer = await broker.producer();
  await publishAnnouncement(producer, 'models', announcement);
  await producer.close();
}
