import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PlantsenseError } from '../../../errors.js';
import type { WheelSource } from './package-index.js';
import type { Report } from './progress.js';
import { digestOf, sizeOf, transfer } from './transfer.js';
import type { Web } from './web.js';
import type { Wheel } from './wheel.js';

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
  const sha256 = (path: string) => digestOf(path, 'sha256');
  const fetchFrom = async (url: string) => {
    const { failure } = await transfer({ name: wheel.fileName, url, bytes: wheel.bytes }, part, web, report);
    if (failure !== null)
      throw new PlantsenseError(
        'PACKAGE_INDEX_UNREACHABLE',
        `${wheel.fileName} did not come whole from ${new URL(url).host}: ${failure}.`,
      );
  };
  if ((await sizeOf(whole)) === wheel.bytes && (await sha256(whole)) === wheel.sha256) return whole;

  if ('path' in source) await copyFile(source.path, part);
  else {
    report(`Fetching ${wheel.fileName} from ${new URL(source.url).host}`);
    const resumed = (await sizeOf(part)) > 0;
    await fetchFrom(source.url);
    // What an earlier process left may be broken; what came just now in one go is what the server has.
    if (resumed && (await sha256(part)) !== wheel.sha256) {
      await rm(part);
      await fetchFrom(source.url);
    }
  }
  const found = await sha256(part);
  if (found !== wheel.sha256) {
    await rm(part);
    throw new PlantsenseError(
      'PACKAGE_CHECKSUM_MISMATCH',
      `${'path' in source ? source.path : new URL(source.url).host} gives a ${wheel.fileName} with SHA-256 ${found} instead of ${wheel.sha256}.`,
    );
  }
  await rename(part, whole);
  return whole;
}
