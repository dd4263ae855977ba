import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type WriteAt, writeAt } from './log-segment.js';
import { openLog, scratchDirectories, text, valuesOf } from './testing/scratch.js';

const noSpace = () => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

describe('a full disk', () => {
  const scratch = scratchDirectories();
  const mounted: string[] = [];
  afterEach(() => {
    for (const path of mounted.splice(0)) execFileSync('umount', [path]);
  });

  it('refuses the append, shows nothing of it, and goes on when there is room', async () => {
    let room = Number.POSITIVE_INFINITY;
    const write: WriteAt = async (file, bytes, position) => {
      // As a real disk: what fits is written, then it fails.
      await writeAt(file, bytes.subarray(0, Math.min(bytes.length, room)), position);
      if (bytes.length > room) throw noSpace();
    };
    const directory = await scratch();
    const log = await openLog(directory, { write });
    await log.append([text('a')]);
    for (room of [0, 10, 41, 60]) {
      await expect(log.append([text('b'), text('c')])).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(await valuesOf(log)).toEqual(['a']);
    }
    room = Number.POSITIVE_INFINITY;
    expect(await log.append([text('d')])).toBe(1);
    expect(await valuesOf(log)).toEqual(['a', 'd']);
    await log.close(true);
    expect(await valuesOf(await openLog(directory))).toEqual(['a', 'd']);
  });

  it('fails only those appends that did not fit', async () => {
    let full = true;
    const log = await openLog(await scratch(), {
      write: async (file, bytes, position) => {
        if (full) throw noSpace();
        await writeAt(file, bytes, position);
      },
    });
    const first = log.append([text('a')]).catch(error => error.code);
    await first;
    full = false;
    expect(await first).toBe('DISK_FULL');
    expect(await Promise.all([log.append([text('b')]), log.append([text('c')])])).toEqual([0, 1]);
    expect(await valuesOf(log)).toEqual(['b', 'c']);
    await log.close();
  });

  it('leaves no trace of the failed append when the process dies right after it', async () => {
    const directory = await scratch();
    let fail = false;
    const log = await openLog(directory, {
      write: async (file, bytes, position) => {
        await writeAt(file, bytes, position);
        if (fail) throw noSpace();
      },
    });
    await log.append([text('a')]);
    fail = true;
    await expect(log.append([text('b')])).rejects.toMatchObject({ code: 'DISK_FULL' });
    await log.close(true);
    expect(await valuesOf(await openLog(directory))).toEqual(['a']);
  });

  it('cuts off what a failed append left before it appends again, when it could not at once', async () => {
    const directory = await scratch();
    let full = true;
    const log = await openLog(directory, {
      write: async (file, bytes, position) => {
        await writeAt(file, bytes, position);
        if (full) throw noSpace();
      },
    });
    const { active } = log as unknown as { active: { truncate: () => Promise<void> } };
    const { truncate } = active;
    active.truncate = () => Promise.reject(new Error('EIO'));
    await expect(log.append([text('long'.repeat(50))])).rejects.toMatchObject({ code: 'DISK_FULL' });
    active.truncate = truncate;
    full = false;
    await log.append([text('a')]);
    await log.close(true);
    const again = await openLog(directory);
    expect(await valuesOf(again)).toEqual(['a']);
    expect(again.truncatedBytes).toBe(0);
  });

  // A file system that really is full needs a mount, and so root.
  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)('is felt on a real one', async () => {
    const directory = await scratch();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory]);
    mounted.push(directory);
    const log = await openLog(join(directory, 'log'), { segmentBytes: 50_000 });
    const filler = join(directory, 'filler');
    await writeFile(filler, Buffer.alloc(60_000));
    let acknowledged = 0;
    let error: unknown;
    while (error === undefined) {
      await log.append([text(String(acknowledged).padEnd(5_000))]).then(
        () => acknowledged++,
        reason => {
          error = reason;
        },
      );
    }
    expect(error).toMatchObject({ code: 'DISK_FULL', class: 'retryable' });
    expect(acknowledged).toBeGreaterThan(10);
    expect(await valuesOf(log)).toHaveLength(acknowledged);

    await writeFile(filler, '');
    expect(await log.append([text('room again')])).toBe(acknowledged);
    await log.close(true);
    const again = await openLog(join(directory, 'log'));
    expect((await valuesOf(again)).map(v => v!.trim())).toEqual([
      ...Array.from({ length: acknowledged }, (_, i) => String(i)),
      'room again',
    ]);
    await again.close();
  });
});
