import { appendFile, readdir, readFile, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { segmentName } from './log-segment.js';
import { INITIAL_STATE, loadState, saveState } from './log-state.js';
import { contents, openLog, scratchDirectories, text, valuesOf } from './testing/scratch.js';

const RECORD_BYTES = 41;
const first = (directory: string) => join(directory, segmentName(0));

describe('recovering a log', () => {
  const scratch = scratchDirectories();

  /** A log of one-digit messages, `perSegment` in a segment, that was closed in order or died. */
  const written = async (count: number, perSegment: number, end: 'closed' | 'killed') => {
    const directory = await scratch();
    const log = await openLog(directory, { segmentBytes: perSegment * RECORD_BYTES });
    for (let i = 0; i < count; i++) await log.append([text(String(i % 10))]);
    await log.close(end === 'killed');
    return directory;
  };
  const digits = (count: number) => Array.from({ length: count }, (_, i) => String(i % 10));
  const flip = async (path: string, at: number) => {
    const bytes = await readFile(path);
    bytes[at]! ^= 1;
    await writeFile(path, bytes);
  };
  const corrupt = async (directory: string, where: RegExp) => {
    await expect(openLog(directory)).rejects.toMatchObject({
      code: 'DATA_DIR_CORRUPT',
      message: expect.stringMatching(where),
    });
  };

  it('keeps everything when the process just died', async () => {
    const directory = await written(25, 10, 'killed');
    const log = await openLog(directory);
    expect(await valuesOf(log)).toEqual(digits(25));
    expect(log.truncatedBytes).toBe(0);
    expect(await log.append([text('x')])).toBe(25);
    await log.close();
  });

  it('cuts off a write that was under way, wherever it was torn', async () => {
    for (let torn = 1; torn < RECORD_BYTES; torn++) {
      const directory = await written(3, 10, 'killed');
      await truncate(first(directory), 3 * RECORD_BYTES - torn);
      const log = await openLog(directory);
      expect(await valuesOf(log)).toEqual(digits(2));
      expect(log.truncatedBytes).toBe(RECORD_BYTES - torn);
      expect(await log.append([text('n')])).toBe(2);
      expect(await valuesOf(log)).toEqual(['0', '1', 'n']);
      await log.close();
    }
  });

  it('cuts off zeros and garbage that a power cut left at the end', async () => {
    for (const garbage of [Buffer.alloc(5_000), Buffer.alloc(5_000, 0xa5)]) {
      const directory = await written(3, 10, 'closed');
      await appendFile(first(directory), garbage);
      const log = await openLog(directory);
      expect(await valuesOf(log)).toEqual(digits(3));
      await log.close();
    }
  });

  it('keeps what is whole on both sides of what a power cut took', async () => {
    const directory = await written(35, 10, 'killed');
    // As if nothing had been synced, and the second segment's sixth record never reached the disk.
    await unlink(join(directory, 'state')).catch(() => {});
    await flip(join(directory, segmentName(10)), 5 * RECORD_BYTES + 20);
    const log = await openLog(directory);
    expect(await valuesOf(log)).toEqual([...digits(15), ...digits(15)]);
    expect(log.truncatedBytes).toBe(5 * RECORD_BYTES);
    expect(await log.append([text('n')])).toBe(35);
    await log.close();
    expect((await contents(await openLog(directory), 14)).map(([offset]) => offset).slice(0, 3)).toEqual([
      14, 20, 21,
    ]);
  });

  it('goes on behind every offset it may have given out when the power was cut', async () => {
    const directory = await written(5, 10, 'killed');
    await truncate(first(directory), 2 * RECORD_BYTES);
    const log = await openLog(directory, { afterPowerCut: true });
    expect([log.startOffset, log.endOffset]).toEqual([0, 2]);
    // Whoever has read further waits for what comes next, as at the end of any log.
    expect(await log.read(5, 100)).toBeNull();
    const next = await log.append([text('n')]);
    expect(next).toBeGreaterThan(5);
    expect(await contents(log, 1)).toEqual([[1, null, '1'], [next, null, 'n']]); // biome-ignore format: a table
    expect(log.endOffset).toBe(next + 1);
  });

  it('names file and place when what was synced is damaged', async () => {
    const directory = await written(8, 10, 'closed');
    await flip(first(directory), 4 * RECORD_BYTES + 10);
    await corrupt(directory, /0000\.log is damaged at byte 164/);
  });

  it('sees that what was synced is missing', async () => {
    const directory = await written(8, 10, 'closed');
    await truncate(first(directory), 5 * RECORD_BYTES);
    await corrupt(directory, /0000\.log is damaged at byte 205/);
  });

  it('sees that a full segment is shorter than it was', async () => {
    const directory = await written(25, 10, 'closed');
    await truncate(first(directory), 9 * RECORD_BYTES);
    await corrupt(directory, /0000\.log is damaged at byte 369/);
  });

  it('sees damage in a full segment when it is read', async () => {
    const directory = await written(25, 10, 'closed');
    await flip(first(directory), 3 * RECORD_BYTES + 20);
    const log = await openLog(directory);
    await expect(valuesOf(log)).rejects.toMatchObject({
      code: 'DATA_DIR_CORRUPT',
      message: expect.stringContaining('damaged at byte 123'),
    });
    expect((await log.read(12, 10_000))!.nextOffset).toBe(20);
    await log.close();
  });

  it('reads a full segment again when its index is gone or damaged', async () => {
    for (const damage of [unlink, (path: string) => flip(path, 30)]) {
      const directory = await written(25, 10, 'closed');
      await damage(first(directory).replace('.log', '.index'));
      const log = await openLog(directory);
      expect(await valuesOf(log)).toEqual(digits(25));
      await log.close();
    }
  });

  it('sees that all segments are gone', async () => {
    const directory = await written(5, 10, 'closed');
    await unlink(first(directory));
    await corrupt(directory, /lost its segments/);
  });

  it('sees that the segment that was synced last is gone', async () => {
    const directory = await written(25, 10, 'closed');
    await unlink(join(directory, segmentName(20)));
    await corrupt(directory, /00020\.log is gone/);
  });

  it('does not miss a segment that was deleted after it was synced last', async () => {
    const directory = await written(25, 10, 'closed');
    for (const base of [0, 10]) await unlink(join(directory, segmentName(base)));
    const state = (await loadState(directory))!;
    await saveState(directory, { ...state, startOffset: 20, syncedSegment: 10, syncedPosition: 410 }, false);
    expect(await valuesOf(await openLog(directory))).toEqual(digits(5));
  });

  it('drops the index of a full segment that grows again, since the next one never reached the disk', async () => {
    const directory = await written(20, 15, 'closed');
    await unlink(join(directory, segmentName(15)));
    await saveState(directory, { ...INITIAL_STATE, syncedPosition: 15 * RECORD_BYTES }, false);
    const log = await openLog(directory, { segmentBytes: 100 * RECORD_BYTES });
    expect(await readdir(directory)).not.toContain(segmentName(0).replace('.log', '.index'));
    expect(await log.append([text('n')])).toBe(15);
  });

  it('sees a damaged state', async () => {
    const directory = await written(5, 10, 'closed');
    await flip(join(directory, 'state'), 3);
    await corrupt(directory, /state is damaged/);
  });

  it('remembers what was deleted, also when it was all', async () => {
    const directory = await written(25, 10, 'closed');
    const log = await openLog(directory);
    await log.deleteBefore(25);
    await log.close(true);
    const again = await openLog(directory);
    expect([again.startOffset, again.endOffset]).toEqual([25, 25]);
    expect(await again.append([text('n')])).toBe(25);
    await again.close();
  });

  it('never opens a log that ends before it starts', async () => {
    const directory = await scratch();
    const log = await openLog(directory);
    for (let i = 0; i < 5; i++) await log.append([text('x')]);
    await log.deleteBefore(5);
    await log.close(true);
    // The power cut takes what was not synced; deleting has synced what it counts on.
    await truncate(first(directory), 0);
    await corrupt(directory, /damaged at byte 0/);
  });
});
