import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeError } from '../../files.js';
import { encodeNpyHeader } from '../../npy.js';

const FLOAT_BYTES = 4;

/**
 * Rows of a .npy file (float32) that are written as they are computed. Work that is stopped goes on after the last whole row
 * when it is done again with the same key. The file stands under its own name once it is whole.
 */
export class KeptRows {
  readonly #out: string;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #start: number;
  readonly #rowBytes: number;
  /** Rows that are there. */
  done: number;

  private constructor(
    out: string,
    path: string,
    file: FileHandle,
    start: number,
    cols: number,
    done: number,
  ) {
    this.#out = out;
    this.#path = path;
    this.#file = file;
    this.#start = start;
    this.#rowBytes = FLOAT_BYTES * cols;
    this.done = done;
  }

  /**
   * @param out the file in the end
   * @param key what the rows depend on, as JSON: rows of another key are not gone on with
   * @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE
   */
  static async open(out: string, key: unknown, rows: number, cols: number): Promise<KeptRows> {
    const id = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 12);
    const path = `${out}.${id}.part`;
    const header = encodeNpyHeader('<f4', [rows, cols]);
    try {
      // Read and write, made if it is not there, kept if it is.
      const file = await open(path, 'a+').then(made => made.close().then(() => open(path, 'r+')));
      const { size } = await file.stat();
      await file.write(header, 0, header.length, 0);
      const done = Math.max(0, Math.floor((size - header.length) / (FLOAT_BYTES * cols)));
      return new KeptRows(out, path, file, header.length, cols, Math.min(rows, done));
    } catch (cause) {
      throw writeError(cause, `Can't write ${path}.`);
    }
  }

  /**
   * Adds whole rows, and waits for the disk.
   * @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE
   */
  async add(rows: Float32Array): Promise<void> {
    try {
      const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
      await this.#file.write(bytes, 0, bytes.length, this.#start + this.done * this.#rowBytes);
      await this.#file.datasync();
    } catch (cause) {
      throw writeError(cause, `Can't write ${this.#path}.`);
    }
    this.done += rows.byteLength / this.#rowBytes;
  }

  /** Gives the file its name, and removes what was begun with other keys. All rows must be there. */
  async finish(): Promise<void> {
    await this.#file.close();
    try {
      await rename(this.#path, this.#out);
    } catch (cause) {
      throw writeError(cause, `Can't write ${this.#out}.`);
    }
    const part = /^[0-9a-f]{12}\.part$/;
    const name = basename(this.#out);
    for (const other of await readdir(dirname(this.#out)))
      if (other.startsWith(`${name}.`) && part.test(other.slice(name.length + 1)))
        await rm(join(dirname(this.#out), other), { force: true });
  }

  /** Leaves it to whoever goes on; where there is nothing yet, removes it. */
  async leave(): Promise<void> {
    await this.#file.close();
    if (this.done === 0) await rm(this.#path, { force: true });
  }
}
