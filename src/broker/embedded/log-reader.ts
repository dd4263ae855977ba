import { scanRecords } from './log-scan.js';
import type { LogSegment } from './log-segment.js';
import { isIntact, offsetAt, payloadAt, RECORD_HEADER_BYTES, recordSizeAt, timestampAt } from './record.js';

const SMALLEST_READ_BYTES = 4096;

/** Where the next read of a partition goes on, so that it needs no search. A hint: it is checked, not trusted. */
export interface Cursor {
  readonly segment: number;
  readonly position: number;
}

/** Intact records one after the other, as they are on disk. */
export interface RecordSlice {
  readonly bytes: Buffer;
  readonly nextOffset: number;
  readonly cursor: Cursor;
}

/** The position of the first record at or after `offset`; the segment's size when there is none. */
export async function locateOffset(segment: LogSegment, offset: number): Promise<number> {
  return locate(segment, segment.index.positionOf(offset), (bytes, at) => offsetAt(bytes, at) >= offset);
}

/** The offset of the first record at or after `startOffset` whose time is at or after `timestampMs`, if there is one. */
export async function locateTime(
  segment: LogSegment,
  timestampMs: number,
  startOffset: number,
): Promise<number | null> {
  let found: number | null = null;
  await locate(segment, segment.index.positionOfTime(timestampMs), (bytes, at) => {
    if (timestampAt(bytes, at) < timestampMs || offsetAt(bytes, at) < startOffset) return false;
    found = offsetAt(bytes, at);
    return true;
  });
  return found;
}

async function locate(
  segment: LogSegment,
  from: number,
  isWanted: (bytes: Buffer, at: number) => boolean,
): Promise<number> {
  const end = segment.size;
  let found = false;
  const position = await segment.file.use(file =>
    scanRecords(file, from, end, (bytes, at) => {
      found = isWanted(bytes, at);
      return !found;
    }),
  );
  if (!found && position < end && !segment.retired) throw segment.corrupt(position);
  return position;
}

/**
 * Reads whole records from `position` on: as many as have at most `maxBytes` of payload together, but at least one.
 *
 * @param accepts looks at the offset of the first record
 * @returns `null` when no record that is accepted begins at this position
 * @throws PlantsenseError DATA_DIR_CORRUPT
 */
export async function readRecords(
  segment: LogSegment,
  position: number,
  maxBytes: number,
  accepts: (offset: number) => boolean,
): Promise<RecordSlice | null> {
  const available = segment.size - position;
  if (available < RECORD_HEADER_BYTES) return null;
  const read = async (length: number) => {
    const bytes = Buffer.allocUnsafeSlow(Math.min(length, available));
    const { bytesRead } = await segment.file.use(file => file.read(bytes, 0, bytes.length, position));
    return bytes.subarray(0, bytesRead);
  };
  // One message more than was asked for often is in here; then nothing of it has to be read again for the next fetch.
  let bytes = await read(Math.max(SMALLEST_READ_BYTES, maxBytes + RECORD_HEADER_BYTES));
  const first = recordSizeAt(bytes, 0, bytes.length);
  if (first <= 0 || first > available || !accepts(offsetAt(bytes, 0))) return null;
  if (first > bytes.length) bytes = await read(first);

  let at = 0;
  let payload = 0;
  let nextOffset = 0;
  for (;;) {
    const size = recordSizeAt(bytes, at, bytes.length);
    if (size < 0) throw segment.corrupt(position + at);
    if (size === 0 || at + size > bytes.length) break;
    payload += payloadAt(bytes, at);
    if (at > 0 && payload > maxBytes) break;
    if (!isIntact(bytes, at, size)) throw segment.corrupt(position + at);
    nextOffset = offsetAt(bytes, at) + 1;
    at += size;
  }
  if (at === 0) throw segment.corrupt(position);
  return {
    bytes: bytes.subarray(0, at),
    nextOffset,
    cursor: { segment: segment.baseOffset, position: position + at },
  };
}
