import { setImmediate } from 'node:timers/promises';
import { PlantsenseError } from '../errors.js';
import { identityOf } from '../files.js';
import { PictureCollector, type PictureRows } from '../lifecycle/image-encoder/picture-rows.js';
import { trainImageEncoder } from '../lifecycle/image-encoder/train-image-encoder.js';
import { writeModelDirectory } from '../lifecycle/model-directory.js';
import { jobDirectory, TrainingJob } from '../lifecycle/training-job.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { findImages, type ImageFile } from '../stages/find-images.js';
import { readImage } from '../stages/read-image.js';
import type { Cli } from './cli.js';
import { leaveJob } from './leave-job.js';
import { jobRoot } from './machine-job.js';
import { Progress } from './progress.js';
import type { TrainEncoderFlags } from './train-encoder.js';

/** What an interrupted training goes on with. */
interface PictureSet extends PictureRows {
  readonly tensors: null;
  /** Files that it was made of, and those that could not be read. */
  readonly images: number;
  readonly skipped: readonly string[];
}

/** What `train encoder` does. */
export async function trainEncoder(
  cli: Cli,
  paths: readonly string[],
  flags: TrainEncoderFlags,
): Promise<void> {
  const { out, json, restart, skipUnreadable, sizePx, tiles = null, ...options } = flags;
  const files = await findImages(paths);
  const identity = await identityOf(files.map(({ path }) => path));
  const key = [identity, sizePx, tiles, skipUnreadable, options];
  const job = await TrainingJob.own<PictureSet>(jobDirectory(jobRoot(out), key, 'encoder'));
  const training = new Progress(cli.stderr, 'training');
  try {
    if (restart) await job.clear();
    const interrupted = await job.resume();
    if (interrupted)
      await cli.stderr.line(
        `Going on with a training that was interrupted, with ${interrupted.images} images. --restart begins anew.`,
      );
    const set =
      interrupted ?? (await job.collect(() => readPictures(cli, files, { sizePx, tiles }, skipUnreadable)));
    await openBackend({ report: line => void cli.stderr.line(line) });
    const artefact = await trainImageEncoder(set, {
      ...options,
      checkpoint: job.checkpoint('encoder'),
      signal: cli.signal,
      onProgress: async ({ step, steps, epoch, epochs, loss, etaSecs }) => {
        const left = etaSecs < 120 ? `${Math.ceil(etaSecs)} s` : `${Math.ceil(etaSecs / 60)} min`;
        training.show(step, steps, `epoch ${epoch} of ${epochs}, loss ${loss.toPrecision(4)}, ${left} left`);
        await setImmediate();
      },
    });
    await writeModelDirectory(out, artefact);
    await job.remove();
    training.end();
    const { version, indices, data } = artefact.card;
    const { loss = null, heldOutLoss = null } = indices;
    const id = `conv-sdae-${version.replace(/^.*-/, '')}`;
    const { latentDim } = options;
    const report = { id, version, out, dimensions: latentDim, sizePx, tiles, images: set.images };
    if (json) return cli.stdout.json({ ...report, rows: data.rows, skipped: set.skipped, loss, heldOutLoss });
    await cli.stdout.write(
      [
        `${id}: ${latentDim} numbers of an image, learnt from ${set.images} images${rowsText(data.rows, set)}.\n`,
        `They leave out ${percent(loss)} of the images' differences${heldOutLoss === null ? '' : `, of images not learnt from ${percent(heldOutLoss)}`}.\n`,
        `Written to ${out}.\n`,
      ].join(''),
    );
  } catch (error) {
    await leaveJob(cli, job, training, error);
    throw error;
  } finally {
    training.end();
  }
}

/** @throws PlantsenseError as `readImage`, with the file's name, and `PictureCollector.finish` */
async function readPictures(
  cli: Cli,
  files: readonly ImageFile[],
  form: ConstructorParameters<typeof PictureCollector>[0],
  skipUnreadable: boolean,
): Promise<PictureSet> {
  const collector = new PictureCollector(form);
  const skipped: string[] = [];
  const reading = new Progress(cli.stderr, 'reading');
  try {
    for (const [i, { path }] of files.entries()) {
      try {
        addNamed(collector, path, await readImage(path));
      } catch (error) {
        if (!skipUnreadable || !(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
        skipped.push(path);
        reading.end();
        await cli.stderr.line(`Left out: ${error.message}`);
      }
      reading.show(i + 1, files.length, path);
      await setImmediate();
      cli.signal.throwIfAborted();
    }
  } finally {
    reading.end();
  }
  return { ...collector.finish(), tensors: null, images: files.length - skipped.length, skipped };
}

function addNamed(collector: PictureCollector, path: string, image: Parameters<PictureCollector['add']>[0]) {
  try {
    collector.add(image);
  } catch (error) {
    if (!(error instanceof PlantsenseError)) throw error;
    throw new PlantsenseError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}

/** How many squares were learnt from, where there are not as many as images. */
function rowsText(rows: number, { images }: PictureSet): string {
  return rows === images ? '' : `, ${rows} different parts of them`;
}

function percent(share: number | null): string {
  return share === null ? 'an unknown share' : `${(100 * share).toFixed(1)} %`;
}
