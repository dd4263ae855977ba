import type { FileHandle } from 'node:fs/promises';
import { isIntact, recordSizeAt } from './record.js';

const CHUNK_BYTES = 1024 * 1024;

/** Called for each record in order. The bytes are only valid during the call. `false` ends the scan before it. */
export type VisitRecord = (bytes: Buffer, at: number, size: number) => boolean;

/**
 * Walks over the records of a file between two positions, checking each one.
 *
 * @returns where the walk ended: `to` when all records are intact, else the position of the first that is not, or that
 *   `visit` stopped at
 */
export async function scanRecords(
  file: FileHandle,
  from: number,
  to: number,
  visit: VisitRecord,
): Promise<number> {
  let chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, Math.max(0, to - from)));
  let position = from;
  while (position < to) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, to - position), position);
    let at = 0;
    let size = recordSizeAt(chunk, at, bytesRead);
    while (size > 0 && at + size <= bytesRead) {
      if (!isIntact(chunk, at, size) || !visit(chunk, at, size)) return position + at;
      at += size;
      size = recordSizeAt(chunk, at, bytesRead);
    }
    // What is left of the chunk is the beginning of a record, no record at all, or nothing.
    if (size < 0 || position + at + size > to) return position + at;
    if (at === 0) {
      if (size <= chunk.length) return position;
      chunk = Buffer.allocUnsafeSlow(size);
    }
    position += at;
  }
  return position;
}
