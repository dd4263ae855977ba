import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AddonPaths, addonPaths } from './addon.js';
import type { TensorflowRelease } from './releases.js';

/** A release's place in the cache. */
export function releaseDirectory(cache: string, { name }: TensorflowRelease): string {
  return join(cache, 'tensorflow', name);
}

/** The native addon of a release, if it is set up. Looks at one file. */
export function findAddon(cache: string, release: TensorflowRelease): AddonPaths | null {
  const paths = addonPaths(releaseDirectory(cache, release));
  return existsSync(paths.tensorflow) ? paths : null;
}
