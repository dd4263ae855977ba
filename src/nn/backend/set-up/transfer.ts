import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { isDiskFull } from '../../../files.js';
import { type Report, TransferProgress } from './progress.js';
import { type Web, webFailure } from './web.js';

const ATTEMPTS = 4;

/** A file on a web server. */
export interface RemoteFile {
  readonly name: string;
  readonly url: string;
  /** Null where only the server knows. */
  readonly bytes: number | null;
}

/**
 * Fills a file with what a web server has. What is there already is taken as its beginning; a connection that breaks is
 * made again, a few times, and goes on where it stopped.
 *
 * @returns why it is not whole, in one line; null when it is
 * @throws Error of the disk, or the reason of the signal
 */
export async function transfer(
  { name, url, bytes }: RemoteFile,
  part: string,
  web: Web,
  report: Report,
  signal?: AbortSignal,
): Promise<{ readonly failure: string | null; readonly cause?: unknown }> {
  for (let attempt = 1; ; attempt += 1) {
    const from = await sizeOf(part);
    if (bytes !== null && from >= bytes) return { failure: null };
    try {
      const response = await web.get(url, from > 0 ? { range: `bytes=${from}-` } : {}, signal);
      // Asked for what comes after the end of the file.
      if (response.status === 416 && bytes === null) return { failure: null };
      if (!response.ok || response.body === null) throw new Error(`it answers ${response.status}`);
      const goesOn = response.status === 206;
      const begin = goesOn ? from : 0;
      const announced = response.headers.get('content-length');
      const total = bytes ?? (announced === null ? null : begin + Number(announced));
      await save(response.body, part, goesOn, new TransferProgress(name, total ?? 0, begin, report));
      if (total === null || (await sizeOf(part)) >= total) return { failure: null };
      throw new Error('the connection ended early');
    } catch (error) {
      signal?.throwIfAborted();
      if (isDiskFull(error)) throw error;
      const failure = webFailure(error);
      if (attempt === ATTEMPTS) return { failure, cause: error };
      report(`${failure}: trying again`);
    }
  }
}

/** Writes chunk by chunk, so that what came before a connection broke is kept: a pipeline drops its last. */
async function save(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  append: boolean,
  progress: TransferProgress,
): Promise<void> {
  const file = await open(path, append ? 'a' : 'w');
  try {
    for await (const chunk of chunks) {
      await file.writeFile(chunk);
      progress.add(chunk.byteLength);
    }
  } finally {
    await file.close();
  }
}

/** Checksum of a file in hexadecimal. */
export async function digestOf(
  path: string,
  algorithm: 'md5' | 'sha256',
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, signal ? { signal } : {});
  return hash.digest('hex');
}

/** 0 where there is no file. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
