import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LogSegment, writeAt } from './log-segment.js';
import { saveState } from './log-state.js';
import { openLog, scratchDirectories, text, valuesOf } from './testing/scratch.js';

vi.mock('./log-state.js', async original => {
  const actual = await original<typeof import('./log-state.js')>();
  return { ...actual, saveState: vi.fn(actual.saveState) };
});

const saved = vi.mocked(saveState);

describe('what a power cut must not take from a log', () => {
  const scratch = scratchDirectories();
  beforeEach(() => {
    saved.mockClear();
  });

  it('is on the disk before an offset is given out: that it is taken', async () => {
    const onDisk: boolean[] = [];
    const log = await openLog(await scratch(), {
      write: async (file, bytes, position) => {
        const [, state, sync] = saved.mock.lastCall!;
        onDisk.push(sync && state.reservedOffset >= 2);
        await writeAt(file, bytes, position);
      },
    });
    await log.append([text('a'), text('b')]);
    expect(onDisk).toEqual([true]);
  });

  it('is on the disk before a segment goes: what was deleted, and that the rest is synced', async () => {
    const log = await openLog(await scratch(), { segmentBytes: 100 });
    for (let i = 0; i < 10; i++) await log.append([text(String(i))]);
    saved.mockClear();
    await log.deleteBefore(10);
    expect(saved.mock.calls.map(([, { startOffset }, sync]) => [startOffset, sync])).toEqual([
      [0, false],
      [10, true],
    ]);
  });

  it('is not rewritten as long as it is not known to be synced', async () => {
    const directory = await scratch();
    const log = await openLog(directory, { segmentBytes: 200 });
    await log.append([text('0', { key: 'k' })]);
    await log.flush();
    saved.mockRejectedValue(new Error('EMFILE'));
    for (let i = 1; i < 12; i++) await log.append([text(String(i), { key: 'k' })]);
    await log.compact(0);
    await log.close(true);
    saved.mockReset();
    expect((await valuesOf(await openLog(directory))).at(-1)).toBe('11');
  });

  it('is not called synced after a sync that failed, nor when the log is closed then', async () => {
    const log = await openLog(await scratch());
    await log.append([text('a')]);
    saved.mockClear();
    const syncing = vi.spyOn(LogSegment.prototype, 'sync').mockRejectedValueOnce(new Error('EIO'));
    await expect(log.flush()).rejects.toMatchObject({ code: 'DATA_DIR_CORRUPT' });
    await log.close();
    expect(saved).not.toHaveBeenCalled();
    syncing.mockRestore();
  });

  it('is synced when the log is opened, before it is called so', async () => {
    const directory = await scratch();
    const log = await openLog(directory);
    await log.append([text('a')]);
    await log.close(true);
    const syncing = vi.spyOn(LogSegment.prototype, 'sync');
    saved.mockClear();
    await openLog(directory);
    expect(syncing.mock.invocationCallOrder[0]).toBeLessThan(saved.mock.invocationCallOrder[0]!);
    syncing.mockRestore();
  });
});
