import { fileURLToPath } from 'node:url';

/**
 * Where a worker thread or child process of ours starts: the module beside the caller, as TypeScript when the
 * caller runs from the source tree (tests), as JavaScript when it runs from the build.
 *
 * @param caller the caller's `import.meta.url`
 * @param module path relative to the caller, without extension: `./dsp.worker`
 */
export function workerEntry(
  caller: string,
  module: string,
): { readonly path: string; readonly execArgv: string[] } {
  const fromSource = caller.endsWith('.ts');
  return {
    path: fileURLToPath(new URL(`${module}${fromSource ? '.ts' : '.js'}`, caller)),
    execArgv: fromSource ? ['--import', 'tsx'] : [],
  };
}

/**
 * `workerEntry` for a worker thread. From the source tree the thread registers tsx itself: `--import tsx` does so in the
 * main thread of a process only.
 */
export function threadEntry(
  caller: string,
  module: string,
): { readonly path: string; readonly execArgv: string[] } {
  const { path, execArgv } = workerEntry(caller, module);
  if (execArgv.length === 0) return { path, execArgv };
  const api = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  return { path, execArgv: ['--import', `data:text/javascript,import{register}from${api};register()`] };
}
