// What every benchmark measures the same way.
import { setTimeout as sleep } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';

const MEMORY_EVERY_MS = 250;

/** CPU seconds of this process, all threads, that `work` took. */
export function cpuSeconds(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** CPU seconds of this process so far, all threads, and its memory now. */
export function usage() {
  const { user, system } = process.cpuUsage();
  return { cpuSecs: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() };
}

/**
 * Memory of another process while `work` goes on: the largest, and by how much the second half of the time exceeds the first.
 *
 * @param {() => Promise<number>} askRssBytes
 * @param {Promise<unknown>} work
 */
export async function memoryWhile(askRssBytes, work) {
  const rssMb = [];
  const ended = work.then(() => true);
  ended.catch(() => {});
  do rssMb.push((await askRssBytes()) / 1e6);
  while (!(await Promise.race([ended, sleep(MEMORY_EVERY_MS)])));
  const first = Math.max(...rssMb.slice(0, Math.ceil(rssMb.length / 2)));
  const peakMb = Math.max(...rssMb);
  return { peakMb: Math.round(peakMb), secondHalfMb: Math.round(peakMb - first) };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Smallest and largest, rounded. */
export function range(values) {
  return [Math.min(...values), Math.max(...values)].map(value => Number(value.toPrecision(4)));
}

/**
 * Bytes that a call allocates: on JavaScript's heap, and in array buffers beside it. Few calls, so that no collection
 * falls between the two readings.
 */
export function allocationPerCall(call, calls = 20) {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  call();
  // Twice: array buffers are given back after the collection that finds them.
  collect();
  collect();
  const before = process.memoryUsage();
  for (let i = 0; i < calls; i++) call();
  const after = process.memoryUsage();
  return {
    heapBytes: Math.round((after.heapUsed - before.heapUsed) / calls),
    bufferBytes: Math.round((after.arrayBuffers - before.arrayBuffers) / calls),
  };
}

/** The largest distance between two arrays. */
export function largestDifference(a, b) {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
