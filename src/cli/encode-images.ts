import { resolve } from 'node:path';
import { PlantsenseError } from '../errors.js';
import { writeBytes } from '../files.js';
import { imageTable } from '../lifecycle/image-features/image-table.js';
import { checkOutput } from './check-output.js';
import type { Cli } from './cli.js';
import type { EncodeFlags } from './encode.js';
import { encodeImagesTo, openImageWork, readableImages } from './image-features.js';

/**
 * Encodes images to a .npy file.
 * @throws PlantsenseError as `openImageWork`, `readableImages`, `encodeImagesTo` and `checkOutput`
 */
export async function encodeImages(cli: Cli, inputs: readonly string[], flags: EncodeFlags): Promise<void> {
  const { out, names, json, skipUnreadable = false } = flags;
  const work = await openImageWork(cli, inputs, flags);
  try {
    const all = work.images.map(({ path }) => path);
    await checkOutput(out, all);
    if (names !== undefined) {
      await checkOutput(names, all, '--names');
      if (resolve(names) === resolve(out))
        throw new PlantsenseError('USAGE_INVALID', '--names and --out are the same file.');
    }
    const { images, skipped } = await readableImages(cli, work, skipUnreadable);
    await encodeImagesTo(cli, out, { ...work, images });
    if (names !== undefined) await writeNames(names, images);
    const { id, dimensions } = work.encoder;
    const shape = [images.length, dimensions];
    if (json) await cli.stdout.json({ out, shape, type: 'float32', encoder: id, images, skipped });
    else await cli.stdout.line(`${out}: float32 [${shape.join(', ')}] by ${id}`);
  } finally {
    work.encoder.dispose();
  }
}

async function writeNames(path: string, images: Parameters<typeof imageTable>[0]): Promise<void> {
  const text = path.endsWith('.csv') ? imageTable(images) : images.map(image => `${image.path}\n`).join('');
  await writeBytes(path, Buffer.from(text));
}
