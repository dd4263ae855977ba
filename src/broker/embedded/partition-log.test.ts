import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { LogSegment } from './log-segment.js';
import type { PartitionLog } from './partition-log.js';
import type { SharedFile } from './shared-file.js';
import { contents, openLog, scratchDirectories, text, valuesOf } from './testing/scratch.js';

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => String(from + i));

describe('PartitionLog', () => {
  const scratch = scratchDirectories();

  it('reads back what was appended, over many segments and openings', async () => {
    const directory = await scratch();
    for (const round of [0, 1, 2]) {
      const log = await openLog(directory, { segmentBytes: 500 });
      for (let i = 0; i < 20; i++)
        expect(await log.append([text(String(round * 20 + i))])).toBe(round * 20 + i);
      expect(await valuesOf(log)).toEqual(numbers((round + 1) * 20));
      await log.close();
    }
    expect((await readdir(directory)).filter(name => name.endsWith('.log')).length).toBeGreaterThan(4);
  });

  it('writes appends that wait together, each whole and in order', async () => {
    let writes = 0;
    const log = await openLog(await scratch(), {
      write: async (file, bytes, position) => {
        writes++;
        await file.write(bytes, 0, bytes.length, position);
      },
    });
    const offsets = await Promise.all(numbers(50).map(n => log.append([text(n), text(n)])));
    expect(offsets).toEqual(numbers(50).map(n => Number(n) * 2));
    expect(await valuesOf(log)).toEqual(numbers(50).flatMap(n => [n, n]));
    expect(writes).toBeLessThan(5);
    await log.close();
  });

  it('shows nothing that is not written yet', async () => {
    let finish = () => {};
    let began = () => {};
    const writing = new Promise<void>(resolve => {
      began = resolve;
    });
    const log = await openLog(await scratch(), {
      write: async (file, bytes, position) => {
        began();
        await new Promise<void>(resolve => {
          finish = resolve;
        });
        await file.write(bytes, 0, bytes.length, position);
      },
    });
    const appended = log.append([text('a')]);
    await writing;
    expect(log.endOffset).toBe(0);
    expect(await log.read(0, 100)).toBeNull();
    finish();
    await appended;
    expect(await valuesOf(log)).toEqual(['a']);
  });

  it('does not trust a cursor', async () => {
    const log = await openLog(await scratch());
    for (const n of numbers(10)) await log.append([text(n)]);
    const slice = (await log.read(0, 4))!;
    for (const cursor of [
      slice.cursor,
      { segment: 0, position: 7 },
      { segment: 0, position: 1e9 },
      { segment: 3, position: 0 },
    ]) {
      const found = await log.read(5, 1, cursor);
      expect(found!.nextOffset).toBe(6);
    }
    await log.close();
  });

  it('forgets by time, segment by segment, and keeps the last one', async () => {
    let nowMs = 0;
    const log = await openLog(await scratch(), { segmentBytes: 120, now: () => nowMs });
    for (const n of numbers(20)) {
      nowMs += 1_000;
      await log.append([text(n)]);
    }
    await log.expire({ retentionMs: 9_500 });
    const kept = await valuesOf(log);
    expect(kept.at(0)).toBe('10');
    expect(kept.at(-1)).toBe('19');
    expect(log.startOffset).toBe(10);
    await log.close();
  });

  it('forgets by time even when its segment never fills', async () => {
    let nowMs = 0;
    const log = await openLog(await scratch(), { now: () => nowMs });
    await log.append([text('old')]);
    nowMs = 30_000;
    await log.expire({ retentionMs: 100_000 });
    await log.append([text('new')]);
    nowMs = 120_000;
    await log.expire({ retentionMs: 100_000 });
    expect(await valuesOf(log)).toEqual(['new']);
    nowMs = 1_000_000;
    await log.expire({ retentionMs: 100_000 });
    expect([log.startOffset, log.endOffset]).toEqual([2, 2]);
    await log.close();
  });

  it('forgets by size, and gives the disk its room back', async () => {
    const log = await openLog(await scratch(), { segmentBytes: 1_000 });
    for (const n of numbers(200)) await log.append([text(n.padEnd(60))]);
    await log.expire({ retentionBytes: 3_000 });
    expect(log.sizeBytes).toBeGreaterThanOrEqual(3_000);
    expect(log.sizeBytes).toBeLessThan(4_100);
    expect((await contents(log)).at(-1)![0]).toBe(199);
    await log.close();
  });

  it('lets a reader that is in a segment end its read when the segment is deleted', async () => {
    const log = await openLog(await scratch(), { segmentBytes: 500 });
    for (const n of numbers(100)) await log.append([text(n)]);
    const reads = numbers(50).map(n => log.read(Number(n), 100).catch(error => error.code as string));
    await log.deleteBefore(80);
    for (const [offset, read] of (await Promise.all(reads)).entries()) {
      // Either before the deletion or after it, but never something else.
      if (read !== 'OFFSET_OUT_OF_RANGE')
        expect((read as { nextOffset: number }).nextOffset).toBeGreaterThan(offset);
    }
    await expect(log.read(79, 100)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
    expect(await valuesOf(log)).toEqual(numbers(20, 80));
    await log.close();
  });

  it('does not follow a cursor into a segment that was compacted meanwhile', async () => {
    const log = await openLog(await scratch());
    for (const [i, key] of ['a', 'b', 'c', 'd', 'a'].entries()) await log.append([text(String(i), { key })]);
    const { nextOffset, cursor } = (await log.read(0, 4))!;
    expect(nextOffset).toBe(2);
    await log.rollOver();
    await log.compact(0);
    // Where the cursor points, offset 3 stands now; 2 must not be skipped.
    const slice = (await log.read(nextOffset, 2, cursor))!;
    expect(slice.nextOffset).toBe(3);
  });

  /** Lets something happen once to a log whose first segment is being read, before or after the file is used. */
  const disturb = (log: PartitionLog, when: 'before' | 'after', disturbance: () => Promise<void>) => {
    const { file } = (log as unknown as { segments: { file: SharedFile }[] }).segments[0]!;
    const use = file.use.bind(file);
    let disturbed = false;
    const once = async () => {
      if (disturbed) return;
      disturbed = true;
      await disturbance();
    };
    file.use = async operation => {
      if (when === 'before') await once();
      const result = await use(operation);
      if (when === 'after') await once();
      return result;
    };
  };
  const closedSegment = async (directory: string) => {
    const log = await openLog(directory);
    // Of the same size, so that after compaction other records begin where these did.
    for (let i = 0; i < 14; i++) await log.append([text(String(i).padStart(2), { key: `k${i % 7}` })]);
    await log.rollOver();
    await log.flush();
    return log;
  };

  it.each(['before', 'after'] as const)(
    'reads again when its segment was compacted in the middle of a read: %s the file was used',
    async when => {
      const log = await closedSegment(await scratch());
      disturb(log, when, () => log.compact(0));
      expect((await contents(log, 3)).map(([offset]) => offset)).toEqual([7, 8, 9, 10, 11, 12, 13]);
    },
  );

  it('sees that its segment was deleted in the middle of a read', async () => {
    const log = await closedSegment(await scratch());
    disturb(log, 'before', () => log.deleteBefore(14));
    await expect(log.read(3, 100)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
  });

  it('still has to compact what filled a segment while it compacted', async () => {
    const log = await closedSegment(await scratch());
    disturb(log, 'before', async () => {
      for (let i = 0; i < 14; i++) await log.append([text(String(i).padStart(2), { key: `k${i % 7}` })]);
      await log.rollOver();
    });
    await log.compact(0);
    expect(log.needsCompaction).toBe(true);
    await log.compact(0);
    expect(log.needsCompaction).toBe(false);
    expect((await contents(log)).map(([offset]) => offset)).toEqual([21, 22, 23, 24, 25, 26, 27]);
  });

  it('opens after it died between replacing a compacted segment and its index', async () => {
    const directory = await scratch();
    const log = await openLog(directory);
    for (let i = 0; i < 30; i++) await log.append([text(String(i), { key: `k${i % 7}` })]);
    await log.rollOver();
    await log.flush();
    const saving = vi.spyOn(LogSegment.prototype, 'saveIndex').mockRejectedValue(new Error('died'));
    await log.compact(0);
    saving.mockRestore();
    await log.close(true);
    expect(await valuesOf(await openLog(directory))).toEqual(numbers(7, 23));
  });

  it('refuses appends and reads after closing', async () => {
    const log = await openLog(await scratch());
    await log.append([text('a')]);
    const late = log.append([text('b')]);
    await Promise.all([log.close(), log.close()]);
    await late.catch(error => expect(error.code).toBe('BROKER_UNAVAILABLE'));
    await expect(log.append([text('c')])).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await expect(log.read(0, 10)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  });

  it("leaves its files alone once it is closed: they may be another process's", async () => {
    const directory = await scratch();
    const log = await openLog(directory, { segmentBytes: 200 });
    for (let i = 0; i < 20; i++) await log.append([text(String(i), { key: 'k' })]);
    await log.close();
    const files = async () => {
      const names = (await readdir(directory)).sort();
      return Promise.all(names.map(async name => [name, await readFile(join(directory, name), 'hex')]));
    };
    const before = await files();
    const late = [
      () => log.expire({ retentionBytes: 1 }),
      () => log.compact(Number.POSITIVE_INFINITY),
      () => log.deleteBefore(20),
      () => log.flush(),
    ];
    for (const work of late) await expect(work()).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(await files()).toEqual(before);
  });

  it('looks again for a time when the segment that it looks in is compacted away', async () => {
    const log = await openLog(await scratch(), { segmentBytes: 200 });
    for (let i = 0; i < 20; i++) await log.append([text(String(i), { key: 'k', timestampMs: i })]);
    const { segments } = log as unknown as { segments: LogSegment[] };
    vi.spyOn(segments[0]!.file, 'use').mockImplementationOnce(async () => {
      await log.compact(0);
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    });
    expect(await log.offsetForTime(2)).toBe(segments[0]!.baseOffset);
  });

  it('knows a segment that could not be deleted for what it is', async () => {
    const segment = await LogSegment.create(await scratch(), 0);
    await unlink(segment.path);
    await expect(segment.remove()).rejects.toMatchObject({ code: 'ENOENT' });
    expect(segment.retired).toBe(false);
    await segment.file.release();
  });

  it('takes nothing more once the disk failed to sync', async () => {
    const log = await openLog(await scratch(), { fsync: 'always' });
    await log.append([text('a')]);
    const { active } = log as unknown as { active: { sync: () => Promise<void> } };
    active.sync = () => Promise.reject(new Error('EIO'));
    await expect(log.append([text('b')])).rejects.toMatchObject({ code: 'DATA_DIR_CORRUPT' });
    await expect(log.append([text('c')])).rejects.toMatchObject({ code: 'DATA_DIR_CORRUPT' });
    await log.close();
  });
});
