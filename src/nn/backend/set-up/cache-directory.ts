import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where files are kept that can be fetched again: XDG_CACHE_HOME/plantsense, ~/.cache/plantsense without it. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CACHE_HOME;
  // The XDG specification: a relative path is to be ignored.
  return join(base && isAbsolute(base) ? base : join(homedir(), '.cache'), 'plantsense');
}
