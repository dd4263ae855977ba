import { type FileHandle, open, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlantsenseError } from '../../errors.js';
import { scanRecords } from './log-scan.js';
import { offsetAt, sizeAt, timestampAt } from './record.js';
import { SegmentIndex } from './segment-index.js';
import { SharedFile } from './shared-file.js';

/** Writes all of `bytes` at a position of a file. Replaced in tests by one that fails. */
export type WriteAt = (file: FileHandle, bytes: Buffer, position: number) => Promise<void>;

export const writeAt: WriteAt = async (file, bytes, position) => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
};

export const segmentName = (baseOffset: number): string => `${String(baseOffset).padStart(20, '0')}.log`;

const indexPath = (logPath: string): string => logPath.replace(/\.log$/, '.index');

/** One file of a partition: records in order of their offsets, which may have gaps after compaction. */
export class LogSegment {
  readonly baseOffset: number;
  readonly path: string;
  readonly file: SharedFile;
  readonly index: SegmentIndex;
  /** Deleted, or replaced by a compacted one: positions in it mean nothing any more. */
  retired = false;

  constructor(path: string, index: SegmentIndex, baseOffset: number, file = new SharedFile(path)) {
    this.path = path;
    this.baseOffset = baseOffset;
    this.index = index;
    this.file = file;
  }

  /** Makes an empty segment that is kept open for appends. */
  static async create(directory: string, baseOffset: number): Promise<LogSegment> {
    const path = join(directory, segmentName(baseOffset));
    const file = new SharedFile(path, true, await open(path, 'w+'));
    return new LogSegment(path, new SegmentIndex(baseOffset), baseOffset, file);
  }

  /**
   * Opens the file of a segment that was closed in order, through its index where there is one.
   * @throws PlantsenseError DATA_DIR_CORRUPT when the file is not what it was then
   */
  static async load(path: string, baseOffset: number): Promise<LogSegment> {
    const bytes = await readFile(indexPath(path)).catch(ignoreMissing);
    const index = bytes ? SegmentIndex.fromBytes(bytes, baseOffset) : null;
    const segment = index ? new LogSegment(path, index, baseOffset) : await LogSegment.scan(path, baseOffset);
    const { size } = await stat(path);
    if (segment.size !== size) throw segment.corrupt(Math.min(size, segment.size));
    return segment;
  }

  /** Opens a file by reading all of it. The segment ends at the last intact record, the file maybe later. */
  static async scan(path: string, baseOffset: number): Promise<LogSegment> {
    const segment = new LogSegment(path, new SegmentIndex(baseOffset), baseOffset);
    await segment.file.use(async file => {
      const { size } = await file.stat();
      await scanRecords(file, 0, size, (bytes, at, bytesOfRecord) => {
        segment.index.add(offsetAt(bytes, at), timestampAt(bytes, at), bytesOfRecord);
        return true;
      });
    });
    return segment;
  }

  get size(): number {
    return this.index.size;
  }

  get nextOffset(): number {
    return this.index.nextOffset;
  }

  get maxTimestampMs(): number {
    return this.index.maxTimestampMs;
  }

  /** Writes whole records after the last one. They count when `accept` is called. */
  write(bytes: Buffer, writeBytes: WriteAt): Promise<void> {
    return this.file.use(file => writeBytes(file, bytes, this.size));
  }

  /** Keeps the file open from now on, for appends. */
  async keepOpen(): Promise<void> {
    this.file.keepOpen = true;
    await this.file.use(async () => {});
  }

  /** Takes in records that were written. */
  accept(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const size = sizeAt(bytes, at);
      this.index.add(offsetAt(bytes, at), timestampAt(bytes, at), size);
      at += size;
    }
  }

  /** Removes what a failed write left behind the last record. */
  truncate(): Promise<void> {
    return this.file.use(file => file.truncate(this.size));
  }

  sync(): Promise<void> {
    return this.file.use(file => file.datasync());
  }

  /** Saves the index of a segment that no longer grows. Without it, opening the log reads the segment again. */
  async saveIndex(): Promise<void> {
    await writeFile(indexPath(this.path), this.index.toBytes());
  }

  async removeIndex(): Promise<void> {
    await unlink(indexPath(this.path)).catch(ignoreMissing);
  }

  /** Deletes the files. Reads that have begun end well. */
  async remove(): Promise<void> {
    this.retired = true;
    await unlink(this.path).catch(error => {
      this.retired = false;
      throw error;
    });
    await this.removeIndex();
    await this.file.release();
  }

  /** The error of a record that is not as it was written. */
  corrupt(position: number): PlantsenseError {
    return new PlantsenseError('DATA_DIR_CORRUPT', `${this.path} is damaged at byte ${position}.`);
  }
}

/** For files that may not be there. */
export function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
