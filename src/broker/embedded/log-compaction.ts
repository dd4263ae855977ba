import { renameSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from '../../files.js';
import { scanRecords } from './log-scan.js';
import { LogSegment, type WriteAt } from './log-segment.js';
import { isTombstoneAt, keyAt, offsetAt, timestampAt } from './record.js';
import { SegmentIndex } from './segment-index.js';

/** The last offset of each key. */
export async function latestOffsets(segments: readonly LogSegment[]): Promise<ReadonlyMap<string, number>> {
  const latest = new Map<string, number>();
  for (const segment of segments) {
    await segment.file.use(file =>
      scanRecords(file, 0, segment.size, (bytes, at) => {
        const key = keyAt(bytes, at);
        if (key !== null) latest.set(key, offsetAt(bytes, at));
        return true;
      }),
    );
  }
  return latest;
}

export interface CompactionRule {
  /** The last offset of each key. */
  readonly latest: ReadonlyMap<string, number>;
  /** Older tombstones go. */
  readonly tombstonesBeforeMs: number;
  /** The log's last message stays whatever it is, so that the log does not seem to end earlier. */
  readonly lastOffset: number;
}

/**
 * Rewrites a closed segment without the messages that a later one with the same key has replaced. Records that stay are
 * copied as they are, with their offsets. The new file takes the old one's name, so a crash leaves one or the other.
 *
 * @returns the segment to use from now on, the same when everything stays; `null` when nothing was left and it is deleted
 */
export async function compactSegment(
  segment: LogSegment,
  { latest, tombstonesBeforeMs, lastOffset }: CompactionRule,
  write: WriteAt,
): Promise<LogSegment | null> {
  const kept: Buffer[] = [];
  const index = new SegmentIndex(segment.baseOffset);
  const end = await segment.file.use(file =>
    scanRecords(file, 0, segment.size, (bytes, at, size) => {
      const key = keyAt(bytes, at);
      const offset = offsetAt(bytes, at);
      const timestampMs = timestampAt(bytes, at);
      if (key !== null && latest.get(key) !== offset) return true;
      const isOld = isTombstoneAt(bytes, at) && timestampMs < tombstonesBeforeMs;
      if (isOld && offset !== lastOffset) return true;
      kept.push(Buffer.from(bytes.subarray(at, at + size)));
      index.add(offset, timestampMs, size);
      return true;
    }),
  );
  if (end < segment.size) throw segment.corrupt(end);
  if (index.size === segment.size) return segment;
  if (kept.length === 0) {
    await segment.remove();
    return null;
  }

  const temporary = `${segment.path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await write(file, Buffer.concat(kept), 0);
    await file.datasync();
  } catch (error) {
    await unlink(temporary);
    throw error;
  } finally {
    await file.close();
  }
  const replacement = new LogSegment(segment.path, index, segment.baseOffset);
  await segment.removeIndex();
  await syncDirectory(dirname(segment.path));
  // In one step for everyone in this process: who read the file under its old name sees that the segment is retired.
  renameSync(temporary, segment.path);
  segment.retired = true;
  await segment.file.release();
  await replacement.saveIndex().catch(() => undefined);
  return replacement;
}
