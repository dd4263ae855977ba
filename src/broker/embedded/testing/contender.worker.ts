import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataDirectory } from '../../data-directory.js';

/**
 * Takes a data directory again and again against others that do the same, and tells how often it had it, and how
 * often somebody else had it at the same time. Having it means to have made a directory that only an owner makes.
 */
const [path, times] = [process.argv[2]!, Number(process.argv[3])];
const proof = join(path, '..', 'proof');
let owned = 0;
let overlaps = 0;
while (owned < times) {
  try {
    const directory = await DataDirectory.own(path);
    owned++;
    await mkdir(proof).catch(() => overlaps++);
    await sleep(Math.floor(performance.now()) % 3);
    await rmdir(proof).catch(() => overlaps++);
    await directory.release();
  } catch {
    await sleep(1);
  }
}
process.send!({ owned, overlaps });
process.disconnect();
