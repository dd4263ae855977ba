import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PlantsenseError } from '../../errors.js';
import { cacheDirectory } from '../../nn/backend/set-up/cache-directory.js';
import type { Report } from '../../nn/backend/set-up/progress.js';
import { digestOf, sizeOf, transfer } from '../../nn/backend/set-up/transfer.js';
import { inTurn } from '../../nn/backend/set-up/turn.js';
import { openWeb } from '../../nn/backend/set-up/web.js';
import type { PublishedFile } from './keras-models.js';

/** Names another place that has the published files, all in one folder. */
const MIRROR_VARIABLE = 'PLANTSENSE_WEIGHTS_URL';

export interface FetchOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Takes progress, line by line. */
  readonly report: Report;
  readonly signal?: AbortSignal;
}

/**
 * Brings a published weight file into the cache, once: later calls find it there, also those of other processes. A
 * transfer that broke off goes on where it stopped. The file has its name only when it is whole and its MD5 is right.
 *
 * @returns the file's path
 * @throws PlantsenseError WEIGHTS_UNAVAILABLE, WEIGHTS_CORRUPT, or the reason of the signal
 */
export async function fetchWeights(file: PublishedFile, options: FetchOptions): Promise<string> {
  const { env, report, signal } = options;
  const directory = join(cacheDirectory(env), 'weights');
  const whole = join(directory, basename(file.url));
  if (await isWhole(whole, file, signal)) return whole;
  await mkdir(directory, { recursive: true });
  return await inTurn(
    directory,
    report,
    async () => {
      // Another process may have fetched it while this one waited.
      if (!(await isWhole(whole, file, signal))) await fetchFile(file, whole, options);
      return whole;
    },
    signal,
  );
}

async function isWhole(path: string, { md5 }: PublishedFile, signal?: AbortSignal): Promise<boolean> {
  return (await sizeOf(path)) > 0 && (await digestOf(path, 'md5', signal)) === md5;
}

async function fetchFile(file: PublishedFile, whole: string, options: FetchOptions): Promise<void> {
  const { env, report, signal } = options;
  const url = addressOf(file, env);
  const part = `${whole}.part`;
  const name = basename(file.url);
  const web = openWeb(null, env);
  const fill = async (): Promise<string> => {
    const { failure, cause } = await transfer({ name, url, bytes: null }, part, web, report, signal);
    if (failure !== null)
      throw new PlantsenseError(
        'WEIGHTS_UNAVAILABLE',
        `${name} can't be fetched from ${url}: ${failure}. ${byHand(file, whole)}`,
        { cause },
      );
    return await digestOf(part, 'md5', signal);
  };
  try {
    report(`Fetching ${name} from ${new URL(url).host}`);
    const isResumed = (await sizeOf(part)) > 0;
    let md5 = await fill();
    // What an earlier transfer left may be broken; what comes in one go is what the server has.
    if (md5 !== file.md5 && isResumed) {
      await rm(part);
      md5 = await fill();
    }
    if (md5 !== file.md5) {
      await rm(part);
      throw new PlantsenseError(
        'WEIGHTS_CORRUPT',
        `${url} has an MD5 of ${md5} instead of ${file.md5}. ${byHand(file, whole)}`,
      );
    }
    await rename(part, whole);
  } finally {
    await web.close();
  }
}

function addressOf({ url }: PublishedFile, env: NodeJS.ProcessEnv): string {
  const mirror = env[MIRROR_VARIABLE];
  if (!mirror) return url;
  if (!URL.canParse(mirror))
    throw new PlantsenseError('PARAMETER_INVALID', `${MIRROR_VARIABLE} is not a URL: ${mirror}`);
  return `${mirror.replace(/\/+$/, '')}/${basename(url)}`;
}

function byHand({ url, md5 }: PublishedFile, whole: string): string {
  return [
    `Fetch ${url} (MD5 ${md5}) on another machine and put it at ${whole}, or name it with \`--weights FILE\`;`,
    `or set ${MIRROR_VARIABLE} to a folder on the web that has it.`,
    'The encoder `texture` needs no weights.',
  ].join(' ');
}
