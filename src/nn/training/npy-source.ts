import { type FileHandle, open } from 'node:fs/promises';
import { PlantsenseError } from '../../errors.js';
import { decodeNpyHeader, type NpyHeader } from '../../npy.js';
import { type RowSource, rowSize } from './row-source.js';

const BYTES = Float32Array.BYTES_PER_ELEMENT;
/** numpy pads its header to a multiple of 64 bytes; one of float32 with four axes has 128. */
const HEADER_BYTES = 4096;

/**
 * The rows of a .npy file of 32-bit floats, `[rows, ...shape]`. Only the rows that are asked for are read, so that a file
 * may be larger than memory. Close it after use.
 */
export class NpySource implements RowSource {
  readonly rows: number;
  readonly shape: readonly number[];
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #dataStart: number;

  private constructor(file: FileHandle, path: string, shape: readonly number[], dataStart: number) {
    this.#file = file;
    this.#path = path;
    this.#dataStart = dataStart;
    this.rows = shape[0]!;
    this.shape = shape.slice(1);
  }

  /** @throws PlantsenseError FILE_NOT_FOUND, NPY_INVALID */
  static async open(path: string): Promise<NpySource> {
    const file = await open(path).catch((cause: unknown) => {
      throw new PlantsenseError('FILE_NOT_FOUND', `Can't read ${path}.`, { cause });
    });
    try {
      const bytes = new Uint8Array(HEADER_BYTES);
      const { bytesRead } = await file.read(bytes, 0, HEADER_BYTES, 0);
      const { type, shape, dataStart } = headerOf(bytes.subarray(0, bytesRead), path);
      if (type !== '<f4' || shape.length < 2)
        throw new PlantsenseError(
          'NPY_INVALID',
          `${path} holds '${type}' of shape (${shape.join(', ')}), not rows of 32-bit floats ('<f4').`,
        );
      const needed = dataStart + rowSize(shape) * BYTES;
      const { size } = await file.stat();
      if (size < needed)
        throw new PlantsenseError('NPY_INVALID', `${path} is cut short: it has ${size} of ${needed} bytes.`);
      return new NpySource(file, path, shape, dataStart);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** @throws PlantsenseError NPY_INVALID when the file has become shorter */
  async read(indices: ArrayLike<number>, into: Float32Array): Promise<void> {
    const rowBytes = rowSize(this.shape) * BYTES;
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let i = 0; i < indices.length; ) {
      // Neighbours in the file are read in one go.
      let run = 1;
      while (i + run < indices.length && indices[i + run] === indices[i]! + run) run++;
      await this.#readExactly(
        bytes.subarray(i * rowBytes, (i + run) * rowBytes),
        this.#dataStart + indices[i]! * rowBytes,
      );
      i += run;
    }
  }

  async #readExactly(into: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const { bytesRead } = await this.#file.read(into, done, into.length - done, position + done);
      if (bytesRead === 0) throw new PlantsenseError('NPY_INVALID', `${this.#path} became shorter.`);
      done += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** The header; what is wrong with it names the file. */
function headerOf(bytes: Uint8Array, path: string): NpyHeader {
  try {
    return decodeNpyHeader(bytes);
  } catch (cause) {
    if (!(cause instanceof PlantsenseError)) throw cause;
    throw new PlantsenseError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}
