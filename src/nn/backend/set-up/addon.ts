import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { PlantsenseError } from '../../../errors.js';
import type { Compiler } from './compilers.js';
import type { TensorflowRelease } from './releases.js';
import { type ProgramResult, runProgram } from './run-program.js';

const require = createRequire(import.meta.url);

/** Changes with the way in which the addon is built, so that one built in an older way is not taken. */
const RECIPE = 1;

/**
 * TensorFlow reads its log level from the environment of the process while it is loaded, and a worker thread of Node
 * can't change that. So this second addon does, loaded first, unless someone has: 2 leaves errors only.
 */
const QUIET = `#include <cstdlib>
#include <node_api.h>
NAPI_MODULE_INIT() { setenv("TF_CPP_MIN_LOG_LEVEL", "2", 0); return exports; }
`;

/** The two addons, in the order in which they are loaded. Both lie in a directory that is there when it is complete. */
export interface AddonPaths {
  readonly quiet: string;
  readonly tensorflow: string;
}

/** The addons' paths inside a release's directory. The version of Node does not matter: Node-API is stable. */
export function addonPaths(releaseDirectory: string): AddonPaths {
  const { version } = require('@tensorflow/tfjs-node/package.json') as { readonly version: string };
  return pathsIn(join(releaseDirectory, 'addon', `tfjs-node-${version}-${RECIPE}`));
}

/**
 * Compiles the addon of `@tensorflow/tfjs-node` from its sources against a release, and tries it in a process of its
 * own, where a processor that lacks an instruction does no harm.
 *
 * @param compilers tried one after the other until one gives addons that load
 * @param load tries to load them, in a process of its own
 * @throws PlantsenseError TENSORFLOW_UNUSABLE
 */
export async function buildAddon(
  releaseDirectory: string,
  { libraries, name }: TensorflowRelease,
  compilers: readonly Compiler[],
  load: (paths: AddonPaths) => Promise<ProgramResult> = loadElsewhere,
): Promise<AddonPaths> {
  const paths = addonPaths(releaseDirectory);
  const directory = dirname(paths.tensorflow);
  const fresh = `${directory}.new`;
  const linked = [
    ...libraries.map(library => join(releaseDirectory, library)),
    runPath(fresh, releaseDirectory),
  ];
  const includes = [join(releaseDirectory, 'tensorflow/include'), tfjsDirectory()].map(path => `-I${path}`);
  const failures: string[] = [];
  for (const { name: compiler, command, env } of compilers) {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    const { quiet, tensorflow } = pathsIn(fresh);
    const quietSource = join(fresh, 'quiet.cc');
    await writeFile(quietSource, QUIET);
    const compile = (output: string, rest: readonly string[]) =>
      runProgram([...command, ...compilerOptions(), ...rest, '-o', output], env);
    const steps = [
      () => compile(quiet, [quietSource]),
      async () => compile(tensorflow, [...includes, ...(await tfjsSources()), ...linked]),
      () => load({ quiet, tensorflow }),
    ];
    const failure = await firstFailure(steps);
    if (failure === null) {
      await rm(quietSource);
      await rename(fresh, directory);
      return paths;
    }
    failures.push(`${compiler}: ${lastLines(failure.output)}`);
  }
  await rm(fresh, { recursive: true, force: true });
  throw new PlantsenseError(
    'TENSORFLOW_UNUSABLE',
    `The addon for TensorFlow ${name} can't be built or loaded: ${failures.join('; ')}`,
  );
}

function loadElsewhere({ quiet, tensorflow }: AddonPaths): Promise<ProgramResult> {
  const script = 'require(process.argv[1]); require(process.argv[2])';
  return runProgram([process.execPath, '-e', script, quiet, tensorflow]);
}

async function firstFailure(steps: readonly (() => Promise<ProgramResult>)[]): Promise<ProgramResult | null> {
  for (const step of steps) {
    const result = await step();
    if (!result.ok) return result;
  }
  return null;
}

const pathsIn = (directory: string): AddonPaths => ({
  quiet: join(directory, 'quiet.node'),
  tensorflow: join(directory, 'tfjs_binding.node'),
});

/** The addon's sources as its package lists them. */
async function tfjsSources(): Promise<string[]> {
  const directory = tfjsDirectory();
  const gyp = await readFile(join(directory, 'binding.gyp'), 'utf8');
  return [...new Set(gyp.match(/binding\/\w+\.cc/g))].map(source => join(directory, source));
}

function tfjsDirectory(): string {
  return dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
}

function compilerOptions(): string[] {
  const nodeApi = require('node-api-headers') as { readonly include_dir: string };
  return [
    ...['-std=c++17', '-O2', '-fPIC', '-w', '-DNAPI_VERSION=8', `-I${nodeApi.include_dir}`],
    ...(process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']),
  ];
}

/** Where the loader finds the libraries: relative, so that the cache can be moved or copied into an image. */
function runPath(from: string, releaseDirectory: string): string {
  const origin = process.platform === 'darwin' ? '@loader_path' : '$ORIGIN';
  return `-Wl,-rpath,${origin}/${relative(from, join(releaseDirectory, 'tensorflow'))}`;
}

const lastLines = (text: string): string => text.split('\n').slice(-3).join(' ').slice(-500);
