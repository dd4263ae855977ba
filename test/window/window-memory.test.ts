import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { workerEntry } from '../../src/entry.js';
import type { LearnDay } from './learn-day.worker.js';
import { BANDS, FRAMES } from './simulated-day.js';

/** Bounds in MB, as the documentation gives them to whoever plans a machine. */
const page = readFileSync(new URL('../../docs/training.md', import.meta.url), 'utf8');
const mbOf = (row: string): number => {
  const [, number] = new RegExp(`\\| ${row} \\| ([\\d,]+) MB`).exec(page) ?? [];
  return Number(number?.replace(',', ''));
};

const NETWORK = [16, 32, 64];
/** Takes a fifth of the time and has the same rows. */
const SMALL_NETWORK = [2, 4, 8];
const LONG_MS = 300_000;

describe('a model that learns from a day of spectrograms', () => {
  const directories: string[] = [];
  afterEach(() => {
    for (const each of directories.splice(0)) rmSync(each, { recursive: true });
  });

  /** Peak memory, in MB, of a process of its own that learns. */
  async function peakMb(day: Omit<LearnDay, 'dataDir'>): Promise<number> {
    const dataDir = mkdtempSync(join(tmpdir(), 'plantsense-day-'));
    directories.push(dataDir);
    const { path, execArgv } = workerEntry(import.meta.url, './learn-day.worker');
    const child = fork(path, [JSON.stringify({ dataDir, ...day })], { execArgv });
    const exited = once(child, 'exit');
    const [told] = await Promise.race([once(child, 'message'), exited]);
    await exited;
    return (told as { peakMb: number }).peakMb;
  }

  it.each(['vade', 'dec'] as const)(
    'takes no more memory than documented: %s',
    async type => {
      const bound = mbOf(`in all, \`${type}\``);
      expect(bound).toBeGreaterThan(0);
      // More than a batch of DEC's, after a fifth is held out.
      expect(await peakMb({ type, events: 400, filters: NETWORK })).toBeLessThan(bound);
    },
    LONG_MS,
  );

  it(
    'takes no more for a longer day, of which memory would need half a gigabyte',
    async () => {
      const events = 3000;
      const bound = mbOf('the window');
      const rowsMb = (4 * BANDS * FRAMES * events) / 1e6;
      expect(bound).toBeGreaterThan(0);
      expect(rowsMb).toBeGreaterThan(3 * bound);
      const learn = (count: number) => peakMb({ type: 'vade', events: count, filters: SMALL_NETWORK });
      const few = await learn(300);
      expect((await learn(events)) - few).toBeLessThan(bound);
    },
    LONG_MS,
  );
});
