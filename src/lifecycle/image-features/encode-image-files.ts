import { setImmediate } from 'node:timers/promises';
import type { Image } from '../../vision/image.js';
import type { ImageEncoder } from '../../vision/image-encoder.js';
import type { KeptRows } from './kept-rows.js';

/** Images that are encoded at once, unless they are large. */
const BATCH = 8;
/** Of decoded images in memory: those that are encoded, and the next ones. */
const BUDGET_BYTES = 256 * 2 ** 20;

export interface EncodeFilesOptions {
  readonly read: (file: string) => Promise<Image>;
  readonly onProgress: (done: number, file: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Encodes images from files, row by row of `rows`, from the first row that is not there yet. While some are encoded the next
 * ones are decoded; memory holds two batches, however many files there are.
 *
 * @throws what `read` and `encode` throw; the reason of the signal
 */
export async function encodeImageFiles(
  files: readonly string[],
  encoder: ImageEncoder,
  rows: KeptRows,
  { read, onProgress, signal }: EncodeFilesOptions,
): Promise<void> {
  const batches = new ImageBatches(files.slice(rows.done), read);
  let next = batches.next();
  for (;;) {
    const images = await next;
    if (images.length === 0) return;
    next = batches.next();
    // When encoding fails nobody waits for it; its failure would be a second one.
    next.catch(() => {});
    await rows.add(await encoder.encode(images));
    onProgress(rows.done, files[rows.done - 1]!);
    await setImmediate();
    signal.throwIfAborted();
  }
}

/** Images in batches that are as large as the images met so far allow. */
class ImageBatches {
  readonly #files: readonly string[];
  readonly #read: (file: string) => Promise<Image>;
  #at = 0;
  #largestBytes = 0;

  constructor(files: readonly string[], read: (file: string) => Promise<Image>) {
    this.#files = files;
    this.#read = read;
  }

  /** The next batch; empty at the end. */
  async next(): Promise<readonly Image[]> {
    // The first one is one image: it says how large they are.
    const fit = this.#largestBytes === 0 ? 1 : Math.floor(BUDGET_BYTES / 2 / this.#largestBytes);
    const size = Math.max(1, Math.min(BATCH, fit));
    const files = this.#files.slice(this.#at, this.#at + size);
    this.#at += files.length;
    const images = await Promise.all(files.map(this.#read));
    for (const { data } of images) this.#largestBytes = Math.max(this.#largestBytes, data.byteLength);
    return images;
  }
}
