import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FourthOrderLowPass } from '../audio/low-pass.js';
import type { NoiseEvent } from '../audio/sensor-records.js';
import { encodeWav } from '../audio/wav.js';
import { PlantsenseError } from '../errors.js';
import { isDiskFull } from '../files.js';
import { exponentialBackoff, type RetryOptions, retrying } from '../stream/retry.js';
import type { ClipSettings } from './sensor-settings.js';

type WriteFile = (path: string, bytes: Uint8Array) => Promise<void>;

/**
 * The sound of events as WAV files, `<directory>/<sensor>/<event id>.wav`, for sensors whose settings allow it. Speech
 * is private: a band-limited clip keeps only what lies below a frequency, and every clip has an end of life.
 */
export class ClipStore {
  readonly #directory: string;
  readonly #retry: RetryOptions;
  readonly #writeFile: WriteFile;

  /**
   * @param retry how long a full disk is waited for, and who is told
   * @param write what writes the bytes; tests inject a disk that is full
   */
  constructor(
    directory: string,
    retry: RetryOptions = { backoff: exponentialBackoff },
    write: WriteFile = writeFile,
  ) {
    this.#directory = directory;
    this.#retry = retry;
    this.#writeFile = write;
  }

  /**
   * Writes a clip, again if need be: the same event gives the same file. A full disk is waited for.
   * @returns its path in the directory, or null
   */
  async write(
    sensor: string,
    id: string,
    event: Pick<NoiseEvent, 'audio' | 'sampleRateHz'>,
    settings: ClipSettings,
  ): Promise<string | null> {
    if (settings.mode === 'off') return null;
    const folder = folderOf(sensor);
    const path = join(folder, `${id}.wav`);
    const samples =
      settings.mode === 'full'
        ? event.audio
        : new FourthOrderLowPass(settings.lowPassHz, event.sampleRateHz).process(event.audio);
    const wav = encodeWav(samples, event.sampleRateHz);
    await retrying(() => this.#writeWhole(folder, path, wav), this.#retry);
    return path;
  }

  async #writeWhole(folder: string, path: string, bytes: Uint8Array): Promise<void> {
    // A file appears whole or not at all; an earlier owner of the partition may write the same one just now.
    const unfinished = join(this.#directory, `${path}.${randomUUID()}.part`);
    try {
      await mkdir(join(this.#directory, folder), { recursive: true });
      await this.#writeFile(unfinished, bytes);
      await rename(unfinished, join(this.#directory, path));
    } catch (error) {
      await rm(unfinished, { force: true });
      throw clipError(path, error);
    }
  }

  /** Deletes the clips of `sensor` that are older than `ttlDays`. @returns how many */
  async expire(sensor: string, ttlDays: number, nowMs: number): Promise<number> {
    const folder = join(this.#directory, folderOf(sensor));
    const names = await readdir(folder).catch(() => []);
    let expired = 0;
    for (const name of names) {
      // Another process may have deleted it first.
      const mtimeMs = (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? nowMs;
      if (nowMs - mtimeMs < ttlDays * 86_400_000) continue;
      await rm(join(folder, name), { force: true });
      expired += 1;
    }
    return expired;
  }

  /** The sensors that have clips. */
  async sensors(): Promise<string[]> {
    const folders = await readdir(this.#directory).catch(() => []);
    return folders.flatMap(folder => {
      try {
        return [decodeURIComponent(folder)];
      } catch {
        // A folder of somebody else.
        return [];
      }
    });
  }
}

const MAX_FOLDER_LENGTH = 200;

/** A sensor's folder: no name climbs out of the directory, and none is longer than file systems allow. */
function folderOf(sensor: string): string {
  const encoded = encodeURIComponent(sensor).replace(/^\.+$/, dots => '%2E'.repeat(dots.length));
  if (encoded.length <= MAX_FOLDER_LENGTH) return encoded;
  return `~${createHash('sha256').update(sensor).digest('hex')}`;
}

/** Both are waited for: an event without its clip, or a stage that ends, would be worse. */
function clipError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (isDiskFull(error))
    return new PlantsenseError('DISK_FULL', `The clip ${path} found no space.`, { cause: error });
  if (['EACCES', 'EPERM', 'EROFS'].includes(code))
    return new PlantsenseError('CLIP_NOT_WRITABLE', `The clip ${path} can't be written: ${code}.`, {
      cause: error,
    });
  return error;
}
