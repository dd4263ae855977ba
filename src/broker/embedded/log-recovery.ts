import { mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PlantsenseError } from '../../errors.js';
import { LogSegment, segmentName } from './log-segment.js';
import { INITIAL_STATE, type LogState, loadState, saveState } from './log-state.js';

export interface RecoveredLog {
  /** At least one; the last one is open for appends. */
  readonly segments: LogSegment[];
  readonly state: LogState;
  /** Bytes cut off the end: a write that was under way, or after a power cut what had not been synced. */
  readonly truncatedBytes: number;
}

/**
 * Opens the segments of a partition after any kind of stop, or makes the first one.
 *
 * What was synced must be there, intact. Behind that point a segment ends at its first record that is not whole,
 * because after a power cut the disk may hold any part of what was written last. After a mere `kill -9` everything that
 * was written is there, and only a write that was under way is cut off.
 *
 * @param afterPowerCut the log goes on behind every offset that it may have given out before. Offsets of lost messages
 *   must not come again: commits and deduplication would take the new messages for those that they have seen
 * @throws PlantsenseError DATA_DIR_CORRUPT, naming the file and the place
 */
export async function recoverLog(directory: string, afterPowerCut: boolean): Promise<RecoveredLog> {
  await mkdir(directory, { recursive: true });
  const saved = await loadState(directory);
  const bases = await findSegments(directory);
  if (bases.length === 0) {
    if (saved !== null) throw new PlantsenseError('DATA_DIR_CORRUPT', `${directory} has lost its segments.`);
    return { segments: [await LogSegment.create(directory, 0)], state: INITIAL_STATE, truncatedBytes: 0 };
  }

  const { startOffset, syncedSegment, syncedPosition, reservedOffset } = saved ?? INITIAL_STATE;
  // Deleting moves the start behind a segment before it goes; nothing else takes one that was synced.
  if (syncedPosition > 0 && startOffset <= syncedSegment && !bases.includes(syncedSegment)) {
    throw new PlantsenseError('DATA_DIR_CORRUPT', `${join(directory, segmentName(syncedSegment))} is gone.`);
  }
  const segments: LogSegment[] = [];
  let truncatedBytes = 0;
  for (const base of bases) {
    const path = join(directory, segmentName(base));
    if (base < syncedSegment) {
      segments.push(await LogSegment.load(path, base));
      continue;
    }
    const segment = await LogSegment.scan(path, base);
    if (base === syncedSegment && segment.size < syncedPosition) throw segment.corrupt(segment.size);
    const excess = (await stat(path)).size - segment.size;
    if (excess > 0) await segment.truncate();
    await segment.sync();
    truncatedBytes += excess;
    segments.push(segment);
  }

  let last = segments.at(-1)!;
  if (afterPowerCut && last.nextOffset < reservedOffset) {
    last = await LogSegment.create(directory, reservedOffset);
    segments.push(last);
  } else await last.keepOpen();
  // One that was read now needs an index that fits; the one that grows must not have one that soon does not.
  for (const segment of segments) {
    if (segment === last) await segment.removeIndex();
    else if (segment.baseOffset >= syncedSegment) await segment.saveIndex();
  }
  const state = { startOffset, syncedSegment: last.baseOffset, syncedPosition: last.size, reservedOffset };
  await saveState(directory, state, false);
  return { segments, state, truncatedBytes };
}

/** The base offsets of the segments of a directory, rising. Removes what an interrupted compaction left. */
async function findSegments(directory: string): Promise<number[]> {
  const bases: number[] = [];
  for (const name of await readdir(directory)) {
    if (/^\d{20}\.log$/.test(name)) bases.push(Number(name.slice(0, 20)));
    else if (name.endsWith('.tmp')) await unlink(join(directory, name));
  }
  return bases.sort((a, b) => a - b);
}
