import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { checkMatrix } from '../cluster/matrix.js';
import { PlantsenseError } from '../errors.js';
import { readBytes } from '../files.js';
import { readIfThere, writeWhole } from '../lifecycle/file-checkpoint.js';
import { type ImageRow, imageTable, parseImageTable } from '../lifecycle/image-features/image-table.js';
import type { GroupingDirectory, GroupingKey } from '../lifecycle/image-grouping/grouping-directory.js';
import type { GroupingSubject } from '../lifecycle/image-grouping/grouping-subject.js';
import { type NearLabels, nearLabelsOf, parseNearLabels } from '../lifecycle/image-grouping/near-labels.js';
import type { Cli } from './cli.js';
import type { GroupFlags } from './group-options.js';
import { checkNoEncoder } from './image-encoder-options.js';
import { encodeImagesTo, type ImageWork, openImageWork, readableImages } from './image-features.js';
import { readLabels, readMatrix } from './read-array.js';

/** What is grouped, and where it comes from, for people. */
export interface NamedSubject extends GroupingSubject {
  readonly origin: string;
}

/** What reads the subject, once there is a directory to keep it in. */
export type SubjectReader = (directory: GroupingDirectory) => Promise<NamedSubject>;

/**
 * Looks at what is to be grouped, before a directory is made for it.
 * @throws PlantsenseError for whatever can be told to be wrong without long work
 */
export async function openSubject(
  cli: Cli,
  inputs: readonly string[],
  flags: GroupFlags,
): Promise<SubjectReader> {
  if (!inputs.some(input => input.endsWith('.npy'))) return openImages(cli, inputs, flags);
  const [path] = inputs;
  if (inputs.length > 1)
    throw new PlantsenseError('USAGE_INVALID', 'It takes images or one .npy file, not both.');
  checkNoEncoder(flags, 'a .npy file holds features already');
  const subject = await readFeatures(path!, flags);
  return async () => ({ ...subject, origin: path! });
}

async function readFeatures(path: string, flags: GroupFlags): Promise<GroupingSubject> {
  const features = await readMatrix(path);
  try {
    checkMatrix(features);
  } catch (cause) {
    if (!(cause instanceof PlantsenseError)) throw cause;
    throw new PlantsenseError(cause.code, `${path}: ${cause.message}`, { cause });
  }
  const { names } = flags;
  const images = names === undefined ? null : parseImageTable(await readText(names));
  if (images && images.length !== features.rows)
    throw new PlantsenseError(
      'CSV_INVALID',
      `${names} names ${images.length} images; ${path} has ${features.rows} rows.`,
    );
  return subjectOf(features, images, await nearLabelsFor(flags, images, features.rows), flags);
}

async function openImages(cli: Cli, inputs: readonly string[], flags: GroupFlags): Promise<SubjectReader> {
  if (flags.names !== undefined)
    throw new PlantsenseError('USAGE_INVALID', '--names is an option of a .npy file; images have names.');
  for (const input of inputs)
    if (!relative(resolve(input), resolve(flags.out)).startsWith('..'))
      throw new PlantsenseError(
        'USAGE_INVALID',
        `--out ${flags.out} lies in ${input}: its sheets of thumbnails would be images of the next run.`,
      );
  const work = await openImageWork(cli, inputs, flags);
  try {
    // Of all images: it is checked again for those that can be read.
    await nearLabelsFor(flags, work.images, work.images.length);
  } catch (error) {
    work.encoder.dispose();
    throw error;
  }
  return async directory => {
    try {
      const images = await encodedImages(cli, work, flags.skipUnreadable ?? false, directory);
      const features = await readMatrix(join(directory.path, FEATURES));
      const nearLabels = await nearLabelsFor(flags, images, images.length);
      return {
        ...subjectOf(features, images, nearLabels, flags),
        origin: `${inputs.join(', ')} by ${work.encoder.id}`,
      };
    } finally {
      work.encoder.dispose();
    }
  };
}

const FEATURES = 'features.npy';
const IMAGES = 'images.csv';

/** Encodes the images into the directory, unless that was done before. */
async function encodedImages(
  cli: Cli,
  work: ImageWork,
  skip: boolean,
  directory: GroupingDirectory,
): Promise<readonly ImageRow[]> {
  const stamp = directory.kept('encoded');
  const [table, features] = [join(directory.path, IMAGES), join(directory.path, FEATURES)];
  const isDone = Buffer.from((await readIfThere(stamp)) ?? []).toString() === work.key;
  if (isDone && (await readIfThere(table)) && (await readIfThere(features)))
    return parseImageTable(await readText(table));
  const { images } = await readableImages(cli, work, skip);
  await rm(stamp, { force: true });
  await encodeImagesTo(cli, features, { ...work, images });
  await writeWhole(table, Buffer.from(imageTable(images)));
  await writeWhole(stamp, Buffer.from(work.key));
  return images;
}

function subjectOf(
  features: GroupingSubject['features'],
  images: readonly ImageRow[] | null,
  nearLabels: NearLabels | null,
  { k, choose }: GroupFlags,
): GroupingSubject {
  const [least, what] = choose
    ? [choose.k, `--choose ${choose.algorithm}:${choose.k}`]
    : [k.kMin, `${k.kMin} groups or more are asked for (--k), which`];
  if (features.rows <= least)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${what} takes ${least + 1} images at least; there ${features.rows === 1 ? 'is 1' : `are ${features.rows}`}.`,
    );
  return { features, paths: images?.map(({ path }) => path) ?? null, nearLabels };
}

/** @throws PlantsenseError NEAR_LABELS_INVALID, CSV_INVALID, FILE_NOT_FOUND; USAGE_INVALID for folders that are not there */
async function nearLabelsFor(
  { nearLabels: from }: GroupFlags,
  images: readonly ImageRow[] | null,
  rows: number,
): Promise<NearLabels | null> {
  if (from === undefined) return null;
  if (from.endsWith('.npy')) return nearLabelsOf(Array.from(await readLabels(from, rows), String));
  if (from === 'folders') {
    const labels = nearLabelsOf(images?.map(({ nearLabel }) => nearLabel) ?? []);
    if (labels) return labels;
    throw new PlantsenseError(
      'USAGE_INVALID',
      images
        ? '--near-labels folders: no image lies in a folder below those that are named.'
        : '--near-labels folders needs --names, which says in which folder an image lies.',
    );
  }
  const names = images?.map(({ path }) => path) ?? Array.from({ length: rows }, (_, row) => `row ${row}`);
  const csv = await readText(from);
  try {
    return nearLabelsOf(parseNearLabels(csv, names));
  } catch (cause) {
    if (!(cause instanceof PlantsenseError)) throw cause;
    throw new PlantsenseError(cause.code, `${from}: ${cause.message}`, { cause });
  }
}

/** What cells depend on. */
export function keyOf(
  { features, nearLabels }: GroupingSubject,
  { pca, gamma, seed }: GroupFlags,
): GroupingKey {
  return {
    images: features.rows,
    features: digest(features.data),
    near_labels: nearLabels && digest(nearLabels.ofRows),
    pca: pca ?? null,
    gamma: gamma ?? null,
    seed,
  };
}

function digest({ buffer, byteOffset, byteLength }: Float32Array | Float64Array | Int32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex')
    .slice(0, 12);
}

async function readText(path: string): Promise<string> {
  return Buffer.from(await readBytes(path)).toString();
}
