import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PlantsenseError } from '../../../errors.js';
import { isDiskFull } from '../../../files.js';
import type { WheelSource } from './package-index.js';
import { type Report, TransferProgress } from './progress.js';
import { type Web, webFailure } from './web.js';
import type { Wheel } from './wheel.js';

const ATTEMPTS = 4;

/**
 * Brings a wheel into a directory. A transfer that broke off, in this process or an earlier one, goes on where it
 * stopped. The file has its name only when it is whole and its checksum is right.
 *
 * One process at a time may work in the directory.
 *
 * @returns the file's path
 * @throws PlantsenseError PACKAGE_CHECKSUM_MISMATCH, PACKAGE_INDEX_UNREACHABLE
 */
export async function downloadWheel(
  wheel: Wheel,
  source: WheelSource,
  directory: string,
  web: Web,
  report: Report,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const whole = join(directory, wheel.fileName);
  const part = `${whole}.part`;
  if ((await sizeOf(whole)) === wheel.bytes && (await sha256Of(whole)) === wheel.sha256) return whole;

  if ('path' in source) await copyFile(source.path, part);
  else {
    report(`Fetching ${wheel.fileName} from ${new URL(source.url).host}`);
    const resumed = (await sizeOf(part)) > 0;
    await transfer(wheel, source.url, part, web, report);
    // What an earlier process left may be broken; what came just now in one go is what the server has.
    if (resumed && (await sha256Of(part)) !== wheel.sha256) {
      await rm(part);
      await transfer(wheel, source.url, part, web, report);
    }
  }
  const sha256 = await sha256Of(part);
  if (sha256 !== wheel.sha256) {
    await rm(part);
    throw new PlantsenseError(
      'PACKAGE_CHECKSUM_MISMATCH',
      `${'path' in source ? source.path : new URL(source.url).host} gives a ${wheel.fileName} with SHA-256 ${sha256} instead of ${wheel.sha256}.`,
    );
  }
  await rename(part, whole);
  return whole;
}

/** Fills the file up to the wheel's size. */
async function transfer(wheel: Wheel, url: string, part: string, web: Web, report: Report): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const from = await sizeOf(part);
    if (from >= wheel.bytes) return;
    try {
      const response = await web.get(url, from > 0 ? { range: `bytes=${from}-` } : {});
      if (!response.ok || response.body === null) throw new Error(`it answers ${response.status}`);
      const goesOn = response.status === 206;
      const progress = new TransferProgress(wheel.fileName, wheel.bytes, goesOn ? from : 0, report);
      await save(response.body, part, goesOn, progress);
      if ((await sizeOf(part)) >= wheel.bytes) return;
      throw new Error('the connection ended early');
    } catch (error) {
      if (isDiskFull(error)) throw error;
      const reason = webFailure(error);
      if (attempt === ATTEMPTS)
        throw new PlantsenseError(
          'PACKAGE_INDEX_UNREACHABLE',
          `${wheel.fileName} did not come whole from ${new URL(url).host}: ${reason}.`,
          { cause: error },
        );
      report(`${reason}: trying again`);
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

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
