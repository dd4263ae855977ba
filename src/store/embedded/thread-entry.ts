import { workerEntry } from '../../entry.js';

/**
 * Where a worker thread starts. From the source tree it must register tsx itself: `--import tsx` does so in the main
 * thread of a process only.
 */
export function threadEntry(caller: string, module: string): { path: string; execArgv: string[] } {
  const { path, execArgv } = workerEntry(caller, module);
  if (execArgv.length === 0) return { path, execArgv };
  const api = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  return { path, execArgv: ['--import', `data:text/javascript,import{register}from${api};register()`] };
}
