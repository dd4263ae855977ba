import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { PlantsenseError } from '../../errors.js';
import { ignoreMissing } from './log-segment.js';

/** What a partition remembers beside its segments. */
export interface LogState {
  /** Records before it are deleted, though the segment that holds them may still be there. */
  readonly startOffset: number;
  /** Everything up to this position of this segment is on the disk itself, and must be there when the log is opened. */
  readonly syncedSegment: number;
  readonly syncedPosition: number;
  /** No offset from here on was ever given to a message. */
  readonly reservedOffset: number;
}

export const INITIAL_STATE: LogState = {
  startOffset: 0,
  syncedSegment: 0,
  syncedPosition: 0,
  reservedOffset: 0,
};

const BYTES = 36;
const CRC_AT = 32;
const path = (directory: string): string => join(directory, 'state');

/**
 * The saved state; `null` when there is none yet.
 * @throws PlantsenseError DATA_DIR_CORRUPT
 */
export async function loadState(directory: string): Promise<LogState | null> {
  const bytes = await readFile(path(directory)).catch(ignoreMissing);
  // A power cut right after the file was made may leave it empty.
  if (bytes === undefined || bytes.length === 0) return null;
  if (bytes.length !== BYTES || bytes.readUInt32LE(CRC_AT) !== crc32(bytes.subarray(0, CRC_AT))) {
    throw new PlantsenseError('DATA_DIR_CORRUPT', `${path(directory)} is damaged.`);
  }
  return {
    startOffset: bytes.readDoubleLE(0),
    syncedSegment: bytes.readDoubleLE(8),
    syncedPosition: bytes.readDoubleLE(16),
    reservedOffset: bytes.readDoubleLE(24),
  };
}

/**
 * Saves the state in place. It is far smaller than a disk's sector, so a crash leaves the old one or the new one. What an
 * old one says of synced data is still true; what must not be forgotten is saved with `sync`.
 */
export async function saveState(directory: string, state: LogState, sync: boolean): Promise<void> {
  const bytes = Buffer.alloc(BYTES);
  bytes.writeDoubleLE(state.startOffset, 0);
  bytes.writeDoubleLE(state.syncedSegment, 8);
  bytes.writeDoubleLE(state.syncedPosition, 16);
  bytes.writeDoubleLE(state.reservedOffset, 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CRC_AT)), CRC_AT);
  const file = await open(path(directory), constants.O_RDWR | constants.O_CREAT);
  try {
    await file.write(bytes, 0, BYTES, 0);
    if (sync) await file.datasync();
  } finally {
    await file.close();
  }
}
