import { type FileHandle, open } from 'node:fs/promises';
import { writeError } from '../files.js';
import { encodeNpyHeader } from '../npy.js';

/** What the header of three axes of 32-bit floats takes, however many rows there are. */
const HEADER_BYTES = 128;

/**
 * Spectrograms on their way to a training, as a .npy file `[places, bands, frames]`: a window of them may be larger than
 * memory. Places may be written in any order and again. Whoever waits for each write before the next holds one spectrogram
 * at a time, keeps their order, and lets others run meanwhile.
 */
export class TensorFile {
  readonly path: string;
  readonly #shape: readonly number[];
  #file: Promise<FileHandle> | undefined;
  #places = 0;

  /** @param path made with the first write */
  constructor(path: string, shape: readonly number[]) {
    this.path = path;
    this.#shape = shape;
  }

  /**
   * @param tensor not to be changed before the promise resolves
   * @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE
   */
  async write(place: number, tensor: Float32Array): Promise<void> {
    const bytes = new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength);
    await this.#writeAll(bytes, HEADER_BYTES + place * tensor.byteLength);
    this.#places = Math.max(this.#places, place + 1);
  }

  /**
   * Writes the header; nothing may be written afterwards. Does not wait for the disk: gigabytes take a while. Throws as
   * {@link write}.
   */
  async finish(): Promise<void> {
    await this.#writeAll(encodeNpyHeader('<f4', [this.#places, ...this.#shape]), 0);
    await this.close();
  }

  async close(): Promise<void> {
    const file = await this.#file?.catch(() => undefined);
    await file?.close();
  }

  async #writeAll(bytes: Uint8Array, at: number): Promise<void> {
    try {
      this.#file ??= open(this.path, 'w');
      const file = await this.#file;
      for (let done = 0; done < bytes.length; )
        done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    } catch (cause) {
      throw writeError(cause, `Can't write the spectrograms of a training to ${this.path}.`);
    }
  }
}
