import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlantsenseError, toPlantsenseError } from '../../../errors.js';
import { isDiskFull } from '../../../files.js';
import { type AddonPaths, buildAddon } from './addon.js';
import { type Compiler, installedCompilers } from './compilers.js';
import { fetchWheels } from './fetch-wheels.js';
import { findAddon, releaseDirectory } from './find-addon.js';
import { failureSince, keepFailure } from './last-failure.js';
import { requireDiskSpace } from './machine.js';
import type { Report } from './progress.js';
import type { TensorflowRelease } from './releases.js';
import type { ProgramResult } from './run-program.js';
import { inTurn } from './turn.js';
import type { Wheel } from './wheel.js';

export interface SetUpOptions {
  readonly release: TensorflowRelease;
  /** The cache, `cacheDirectory(env)`: everything goes there, nothing into `node_modules`. */
  readonly cache: string;
  /** pip's settings, proxies, CXX, PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** The compiler to fetch where there is none. */
  readonly zig: Wheel | null;
  readonly report: Report;
  /** Tries to load what was compiled. Default: in a process of its own. */
  readonly load?: (paths: AddonPaths) => Promise<ProgramResult>;
}

/**
 * Sets a native TensorFlow up for Node, and does nothing when that is done: fetches the wheels that have the library,
 * unpacks it, compiles the addon, tries it. Each step is complete or has not happened, so that it can be killed at any
 * time; of several processes one works and the others wait.
 *
 * @throws PlantsenseError PACKAGE_INDEX_UNREACHABLE, PACKAGE_CHECKSUM_MISMATCH, COMPILER_MISSING, TENSORFLOW_UNUSABLE,
 *   DISK_FULL, FILE_NOT_WRITABLE
 */
export async function setUpTensorflow(options: SetUpOptions): Promise<AddonPaths> {
  const { cache, release, report } = options;
  const startMs = Date.now();
  const done = findAddon(cache, release);
  if (done) return done;
  const lock = join(cache, 'tensorflow', 'lock');
  // With the usual rights: the lock's directory is for this user only, and so would be what is above it.
  await mkdir(dirname(lock), { recursive: true }).catch(error => {
    throw asSetUpError(error, cache);
  });
  return inTurn(lock, report, async () => {
    const meanwhile = findAddon(cache, release);
    if (meanwhile) return meanwhile;
    const failed = await failureSince(lock, startMs);
    if (failed) throw failed;
    try {
      return await perform(options);
    } catch (error) {
      const failure = asSetUpError(error, cache);
      await keepFailure(lock, failure);
      throw failure;
    }
  });
}

async function perform(options: SetUpOptions): Promise<AddonPaths> {
  const { release, cache, env, zig, report, load } = options;
  const directory = releaseDirectory(cache, release);
  const compilers = await installedCompilers(env);
  // Before the long download, not after it.
  if (compilers.length === 0 && (zig === null || env.CXX)) throw compilerMissing(env);
  if (!existsSync(directory)) {
    const archives = release.wheels.reduce((sum, { bytes }) => sum + bytes, 0);
    await requireDiskSpace(cache, release.unpackedBytes + archives);
    await fetchWheels(release.wheels, directory, join(cache, 'downloads'), env, report);
  }
  const [first] = compilers;
  if (first === undefined) return buildWithZig(options, directory, zig!);
  report(`Compiling the addon with ${first.name}`);
  return buildAddon(directory, release, compilers, load);
}

/** Fetches Zig for this one compilation: it takes much room. */
async function buildWithZig(
  { release, cache, env, report, load }: SetUpOptions,
  directory: string,
  wheel: Wheel,
): Promise<AddonPaths> {
  report('There is no C++ compiler here: fetching one');
  const home = join(cache, 'zig');
  if (!existsSync(home)) await fetchWheels([wheel], home, join(cache, 'downloads'), env, report);
  const own = join(home, 'cache');
  const zig: Compiler = {
    name: 'zig c++',
    command: [join(home, 'ziglang', 'zig'), 'c++'],
    env: { ...env, ZIG_GLOBAL_CACHE_DIR: own, ZIG_LOCAL_CACHE_DIR: own },
  };
  report(`Compiling the addon with ${zig.name}`);
  const paths = await buildAddon(directory, release, [zig], load);
  await rm(home, { recursive: true, force: true });
  return paths;
}

function compilerMissing({ CXX }: NodeJS.ProcessEnv): PlantsenseError {
  const found = CXX ? `CXX is "${CXX}", which does not run` : 'There is neither g++ nor clang++';
  return new PlantsenseError('COMPILER_MISSING', `${found}: TensorFlow's addon can't be compiled.`);
}

function asSetUpError(error: unknown, cache: string): PlantsenseError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof PlantsenseError) return error;
  if (isDiskFull(error)) return new PlantsenseError('DISK_FULL', `${cache}: ${message}.`, { cause: error });
  if (['EACCES', 'EEXIST', 'ENOTDIR', 'EPERM', 'EROFS'].includes(code ?? ''))
    return new PlantsenseError('FILE_NOT_WRITABLE', `The cache can't be written: ${message}.`, {
      cause: error,
    });
  return toPlantsenseError(error);
}
