import { closeSync, openSync, writeSync } from 'node:fs';
import { writeError } from '../files.js';
import { encodeNpyHeader } from '../npy.js';

/** What the header of three axes of 32-bit floats takes, however many rows there are. */
const HEADER_BYTES = 128;

/**
 * Spectrograms on their way to a training, as a .npy file `[places, bands, frames]`: a window of them may be larger than
 * memory. Places may be written in any order and again.
 */
export class TensorFile {
  readonly path: string;
  readonly #shape: readonly number[];
  readonly #file: number;
  #places = 0;

  /** @throws PlantsenseError FILE_NOT_WRITABLE */
  constructor(path: string, shape: readonly number[]) {
    this.path = path;
    this.#shape = shape;
    this.#file = this.#try(() => openSync(path, 'w'));
  }

  /** @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE */
  write(place: number, tensor: Float32Array): void {
    this.#writeAll(
      new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength),
      HEADER_BYTES + place * tensor.byteLength,
    );
    this.#places = Math.max(this.#places, place + 1);
  }

  /**
   * Writes the header; nothing may be written afterwards. Does not wait for the disk: gigabytes take a while. Throws as
   * {@link write}.
   */
  finish(): void {
    const header = encodeNpyHeader('<f4', [this.#places, ...this.#shape]);
    this.#writeAll(header, 0);
    this.close();
  }

  close(): void {
    closeSync(this.#file);
  }

  #writeAll(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length; )
      done += this.#try(() => writeSync(this.#file, bytes, done, bytes.length - done, at + done));
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw writeError(cause, `Can't write the spectrograms of a training to ${this.path}.`);
    }
  }
}
