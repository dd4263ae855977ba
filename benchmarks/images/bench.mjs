import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngines, startTopologyProcess } from '../engines.mjs';
import { memoryWhile } from '../measure.mjs';
import { FeatureAgreement } from './agreement.mjs';
import { featuresIn, fillBacklog } from './backlog.mjs';
import { encodeFiles } from './encode.mjs';
import { fitModel, promote } from './model.mjs';
import { takePictures } from './pictures.mjs';
import { startScikitImage } from './scikit-image.mjs';

export const title =
  'a backlog of images: Kafka to texture features to groups to ClickHouse, and memory over 10,000 images';

const UNIT = 'images per CPU-second';
/** Images, how many of them are different, and their width and height. */
const FOR_SPEED = { images: 2000, pictures: 500, sizePx: 200 };
/** What memory keeps of an image would not depend on its size. */
const FOR_MEMORY = { images: 10_000, pictures: 100, sizePx: 100 };

/** Both assign by the nearest group; ours in principal components, with variances and a bound. */
const LEAST_SAME_GROUP = 0.9;
/** A garbage collector's noise stays below: more, and memory grows with the images. */
const MOST_GROWTH_MB = 50;

export default async function images({ log }) {
  const details = { machine: `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}` };
  const folder = mkdtempSync(join(tmpdir(), 'images-'));
  try {
    const speed = await load(FOR_SPEED, folder);
    const memory = await load(FOR_MEMORY, folder);
    const fitted = await fitModel(speed.pictures);
    const peer = await startScikitImage(speed.files, fitted.centroids, folder, log);
    try {
      // In turn: the peer runs before and after.
      const theirs = await peer.run();
      const { memory: first, ...stages } = await throughStages(speed, fitted.artefact, theirs, log);
      await peer.run();
      const long = await throughStages(memory, fitted.artefact, null, log);
      const encode = await encodeFiles(memory.files, memory.images, folder);
      log(`  plantsense encode: ${JSON.stringify(encode)}`);
      Object.assign(details, {
        load: textOf(FOR_SPEED),
        ...stages,
        rssMb: first.peakMb,
        peer: peer.told(),
        memory: { load: textOf(FOR_MEMORY), stages: long.memory, encode: encode.memory },
      });
      checkGrowth(details.memory);
      const ours = speed.images / stages.cpuSecs;
      const rate = peer.rate();
      if (rate === null) return { ours, peer: null, ratio: null, missing: peer.missing, unit: UNIT, details };
      return { ours, peer: rate, ratio: ours / rate, unit: UNIT, details };
    } finally {
      peer.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Pictures in memory and as files. */
async function load({ images, pictures: count, sizePx }, folder) {
  const pictures = await takePictures(count, sizePx);
  const files = pictures.map(({ picture }, i) => {
    const file = join(folder, `${sizePx}-${i}.jpg`);
    writeFileSync(file, picture);
    return file;
  });
  return { images, pictures, files };
}

function textOf({ images, pictures, sizePx }) {
  return `${images} images of a strip, ${pictures} of them different, ${sizePx} × ${sizePx}, grey, JPEG`;
}

/** A full topic, a process that has just started, and all rows in the store in the end. */
async function throughStages({ pictures, images }, artefact, theirs, log) {
  const engines = await startEngines(log, 'image-grouping', () => {});
  try {
    await engines.applyTopics();
    const pictureOf = await withBroker(engines, async broker => {
      await promote(artefact, engines.dataDir, broker);
      return fillBacklog(broker, pictures, images);
    });
    const topology = await startTopologyProcess(engines, ['look', 'group', 'store']);
    const done = topology.untilCaughtUp();
    const memory = await memoryWhile(async () => (await topology.usage()).rssBytes, done);
    const { cpuSecs } = await done;
    await topology.stop();
    log(`  ${images} images in ${Math.round(cpuSecs)} CPU-seconds, memory ${JSON.stringify(memory)}`);
    const rows = await engines.store.query('SELECT frame_id, group, novel FROM image_assignments');
    return {
      broker: engines.kind === 'kafka' ? 'kafka, beside it' : `embedded, in the process: ${engines.why}`,
      store: 'chDB, beside it',
      oneCore: engines.pinned ? 'yes' : 'no: taskset is missing',
      ...{ cpuSecs, memory },
      ...sameRows(rows, pictureOf, theirs),
      features: await withBroker(engines, broker => sameFeatures(broker, pictureOf, theirs)),
    };
  } finally {
    await engines.close();
  }
}

async function withBroker(engines, work) {
  const { broker, close } = await engines.openBroker();
  try {
    return await work(broker);
  } finally {
    await close();
  }
}

/** A row for each image, and the group that the peer gives it. */
function sameRows(rows, pictureOf, theirs) {
  const seen = new Set(rows.map(row => row.frame_id));
  if (rows.length !== pictureOf.size || seen.size !== pictureOf.size)
    throw new Error(`There are ${rows.length} rows of ${seen.size} images, not ${pictureOf.size}.`);
  if (!theirs) return {};
  const placed = rows.filter(({ novel }) => !novel);
  const same = placed.filter(row => row.group === theirs.groups[pictureOf.get(row.frame_id)]);
  const sameGroup = same.length / placed.length;
  if (!(sameGroup >= LEAST_SAME_GROUP))
    throw new Error(`Only ${sameGroup} of the images have the same group.`);
  return { novelShare: 1 - placed.length / rows.length, sameGroup };
}

async function sameFeatures(broker, pictureOf, theirs) {
  const agreement = new FeatureAgreement(theirs);
  for await (const { frameId, features } of featuresIn(broker))
    agreement.add(pictureOf.get(frameId), features);
  return agreement.check(pictureOf.size);
}

function checkGrowth({ stages, encode }) {
  for (const [what, { secondHalfMb }] of Object.entries({ stages, encode }))
    if (!(secondHalfMb <= MOST_GROWTH_MB))
      throw new Error(`Memory of ${what} grew by ${secondHalfMb} MB in the second half.`);
}
