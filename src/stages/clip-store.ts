import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FourthOrderLowPass } from '../audio/low-pass.js';
import type { NoiseEvent } from '../audio/sensor-records.js';
import { encodeWav } from '../audio/wav.js';
import type { ClipSettings } from './sensor-settings.js';

/**
 * The sound of events as WAV files, `<directory>/<sensor>/<event id>.wav`, for sensors whose settings allow it. Speech
 * is private: a band-limited clip keeps only what lies below a frequency, and every clip has an end of life.
 */
export class ClipStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Writes a clip, again if need be: the same event gives the same file. @returns its path in the directory, or null */
  async write(sensor: string, id: string, event: NoiseEvent, settings: ClipSettings): Promise<string | null> {
    if (settings.mode === 'off') return null;
    const folder = encodeURIComponent(sensor);
    const path = join(folder, `${id}.wav`);
    const samples =
      settings.mode === 'full'
        ? event.audio
        : new FourthOrderLowPass(settings.lowPassHz, event.sampleRateHz).process(event.audio);
    await mkdir(join(this.#directory, folder), { recursive: true });
    // A file appears whole or not at all.
    const unfinished = join(this.#directory, `${path}.part`);
    await writeFile(unfinished, encodeWav(samples, event.sampleRateHz));
    await rename(unfinished, join(this.#directory, path));
    return path;
  }

  /** Deletes the clips of `sensor` that are older than `ttlDays`. @returns how many */
  async expire(sensor: string, ttlDays: number, nowMs: number): Promise<number> {
    const folder = join(this.#directory, encodeURIComponent(sensor));
    const names = await readdir(folder).catch(() => []);
    let expired = 0;
    for (const name of names) {
      const { mtimeMs } = await stat(join(folder, name));
      if (nowMs - mtimeMs < ttlDays * 86_400_000) continue;
      await rm(join(folder, name), { force: true });
      expired += 1;
    }
    return expired;
  }

  /** The sensors that have clips. */
  async sensors(): Promise<string[]> {
    const folders = await readdir(this.#directory).catch(() => []);
    return folders.map(decodeURIComponent);
  }
}
