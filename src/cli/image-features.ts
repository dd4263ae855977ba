import { createHash } from 'node:crypto';
import { type ErrorCode, PlantsenseError } from '../errors.js';
import { identityOf } from '../files.js';
import { openImageEncoder } from '../lifecycle/image-encoder/open-image-encoder.js';
import { encodeImageFiles } from '../lifecycle/image-features/encode-image-files.js';
import type { ImageRow } from '../lifecycle/image-features/image-table.js';
import { KeptRows } from '../lifecycle/image-features/kept-rows.js';
import { type UnreadableImage, unreadableImages } from '../lifecycle/image-features/unreadable-images.js';
import { findImages } from '../stages/find-images.js';
import { readImage } from '../stages/read-image.js';
import type { ImageEncoder } from '../vision/image-encoder.js';
import type { Cli } from './cli.js';
import { duration } from './duration.js';
import { type EncoderFlags, encoderOptionsOf } from './image-encoder-options.js';
import { Progress } from './progress.js';

/** Unreadable images that an error names. */
const NAMED = 10;

/** Images and the encoder that is to encode them. */
export interface ImageWork {
  readonly images: readonly ImageRow[];
  readonly encoder: ImageEncoder;
  /** Of the images and the encoder: features of the same key are the same. */
  readonly key: string;
}

/**
 * Finds images and opens their encoder.
 * @throws PlantsenseError FILE_NOT_FOUND, USAGE_INVALID, and what `openImageEncoder` throws
 */
export async function openImageWork(
  cli: Cli,
  paths: readonly string[],
  flags: EncoderFlags,
): Promise<ImageWork> {
  const options = encoderOptionsOf(flags);
  const found = await findImages(paths);
  const images = found.map(({ path, folder }) => ({ path, nearLabel: folder }));
  const encoder = await openImageEncoder(options, {
    report: line => void cli.stderr.line(line),
    signal: cli.signal,
  });
  const of = [encoder.id, encoder.dimensions, await identityOf(images.map(({ path }) => path))];
  const key = createHash('sha256').update(JSON.stringify(of)).digest('hex');
  return { images, encoder, key };
}

/**
 * Looks at every image before any is encoded.
 * @returns the images that can be encoded, and the others
 * @throws PlantsenseError when there are others and they may not be left out, or nothing is left: with their code, or
 *   IMAGE_INVALID where they have several
 */
export async function readableImages(
  cli: Cli,
  { images, encoder }: ImageWork,
  skip: boolean,
): Promise<{ readonly images: readonly ImageRow[]; readonly skipped: readonly UnreadableImage[] }> {
  const progress = new Progress(cli.stderr, 'looking');
  const files = images.map(({ path }) => path);
  const onProgress = (done: number) => progress.show(done, files.length, `${done}/${files.length} images`);
  const look = (path: string) => checkImage(path, encoder);
  const skipped = await unreadableImages(files, look, onProgress, cli.signal).finally(() => progress.end());
  const lines = skipped.slice(0, NAMED).map(({ code, message }) => `${code}: ${message}`);
  if (skipped.length > NAMED) lines.push(`and ${skipped.length - NAMED} more`);
  const rest = images.length - skipped.length;
  if (rest === 0 || (skipped.length > 0 && !skip))
    throw new PlantsenseError(
      codeOf(skipped),
      `${skipped.length} of ${images.length} images can't be encoded${rest > 0 ? ' (--skip-unreadable leaves them out)' : ''}:\n  ${lines.join('\n  ')}`,
    );
  if (skipped.length > 0)
    await cli.stderr.line(
      `${skipped.length} of ${images.length} images are left out:\n  ${lines.join('\n  ')}`,
    );
  const bad = new Set(skipped.map(({ path }) => path));
  return { images: images.filter(({ path }) => !bad.has(path)), skipped };
}

/** @throws PlantsenseError with the file's name */
async function checkImage(path: string, encoder: ImageEncoder): Promise<void> {
  const image = await readImage(path);
  try {
    encoder.check?.(image);
  } catch (cause) {
    if (!(cause instanceof PlantsenseError)) throw cause;
    throw new PlantsenseError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}

/** What to do about a bomb is another thing than what to do about a damaged file. */
function codeOf(skipped: readonly UnreadableImage[]): ErrorCode {
  const [code, ...others] = new Set(skipped.map(({ code }) => code));
  return code && others.length === 0 ? code : 'IMAGE_INVALID';
}

/**
 * Encodes images to a .npy file, or goes on with one that was interrupted.
 * @throws PlantsenseError as `encodeImageFiles` and `KeptRows`; the reason of the signal
 */
export async function encodeImagesTo(
  cli: Cli,
  out: string,
  { images, encoder, key }: ImageWork,
): Promise<void> {
  const files = images.map(({ path }) => path);
  const rows = await KeptRows.open(out, [key, files.length], files.length, encoder.dimensions);
  const progress = new Progress(cli.stderr, 'encoding');
  const before = rows.done;
  if (before > 0) await cli.stderr.line(`Going on after ${before} of ${files.length} images.`);
  const startMs = performance.now();
  try {
    await encodeImageFiles(files, encoder, rows, {
      read: path => readImage(path),
      onProgress: done => {
        const perSec = (done - before) / ((performance.now() - startMs) / 1000);
        const left = duration((files.length - done) / perSec);
        progress.show(
          done,
          files.length,
          `${done}/${files.length}, ${perSec.toFixed(1)} images/s, ${left} left`,
        );
      },
      signal: cli.signal,
    });
    await rows.finish();
  } catch (error) {
    progress.end();
    await rows.leave();
    if (rows.done > 0) await cli.stderr.line('What is encoded is kept: the same command goes on with it.');
    throw error;
  } finally {
    progress.end();
  }
}
