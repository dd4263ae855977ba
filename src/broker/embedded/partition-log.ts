import { PlantsenseError } from '../../errors.js';
import { syncDirectory } from '../../files.js';
import type { OutgoingMessage } from '../port.js';
import { type Append, AppendQueue } from './append-queue.js';
import { diskError } from './disk-error.js';
import { compactSegment, latestOffsets } from './log-compaction.js';
import { type Cursor, locateOffset, locateTime, type RecordSlice, readRecords } from './log-reader.js';
import { type RecoveredLog, recoverLog } from './log-recovery.js';
import { cutOff, type Retention } from './log-retention.js';
import { LogSegment, type WriteAt } from './log-segment.js';
import { type LogState, saveState } from './log-state.js';
import { encodeRecord } from './record.js';
import { Serial } from './serial.js';
import type { WriteBuffers } from './write-buffers.js';

/**
 * When what was written is forced onto the disk itself. Acknowledged messages survive the death of the process with
 * each of them; a power cut may take what came after the last sync.
 * `always`: before it is acknowledged. `interval`: about once a second. `never`: when a segment is full, and at closing.
 */
export type FsyncPolicy = 'always' | 'interval' | 'never';

export interface LogOptions {
  /** A segment that would grow beyond this is closed and the next one begun. */
  readonly segmentBytes: number;
  readonly fsync: FsyncPolicy;
  readonly buffers: WriteBuffers;
  readonly now: () => number;
  readonly write: WriteAt;
  /** The machine has been started anew since the log was used. */
  readonly afterPowerCut: boolean;
}

/** How many offsets are set aside at once. Only a power cut makes the log skip what is left of them. */
const RESERVED_OFFSETS = 1_000_000;

/** The log of one partition: a row of segments, of which the last one grows. */
export class PartitionLog {
  readonly directory: string;
  /** Bytes that were cut off the end when the log was opened. */
  readonly truncatedBytes: number;
  private readonly options: LogOptions;
  private readonly segments: LogSegment[];
  /** Full segments that are not synced yet. */
  private readonly sealing: LogSegment[] = [];
  private state: LogState;
  private readonly queue: AppendQueue;
  private readonly watchers = new Set<() => void>();
  /** Appending and rolling, one at a time. */
  private readonly writer = new Serial();
  /** Syncing, deleting and compacting, one at a time. Never taken by `writer`, which `upkeep` may wait for. */
  private readonly upkeep = new Serial();
  /** Of the state; part of both. */
  private readonly saving = new Serial();
  private failure: PlantsenseError | undefined;
  /** A failed write left bytes behind the last record. */
  private tailIsDirty = false;
  private activeSinceMs: number;
  private compactedBytes = 0;

  private constructor(directory: string, options: LogOptions, recovered: RecoveredLog) {
    this.directory = directory;
    this.options = options;
    this.segments = recovered.segments;
    this.state = recovered.state;
    this.truncatedBytes = recovered.truncatedBytes;
    this.activeSinceMs = options.now();
    this.queue = new AppendQueue(this.writer, (group, bytes) => this.write(group, bytes));
  }

  /** @throws PlantsenseError DATA_DIR_CORRUPT, DISK_FULL */
  static async open(directory: string, options: LogOptions): Promise<PartitionLog> {
    try {
      return new PartitionLog(directory, options, await recoverLog(directory, options.afterPowerCut));
    } catch (error) {
      throw diskError(error, directory);
    }
  }

  get startOffset(): number {
    return this.state.startOffset;
  }

  /** The offset after the last message. The next one may get a later one. */
  get endOffset(): number {
    let i = this.segments.length - 1;
    while (i > 0 && this.segments[i]!.size === 0) i--;
    const segment = this.segments[i]!;
    return Math.max(this.startOffset, segment.size > 0 ? segment.nextOffset : 0);
  }

  get sizeBytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  /** Closed, or failed for good: waiting for more is of no use. */
  get isOver(): boolean {
    return this.failure !== undefined;
  }

  private get active(): LogSegment {
    return this.segments.at(-1)!;
  }

  /** Calls `listener` whenever messages were appended or the log was closed. Returns what ends that. */
  watch(listener: () => void): () => void {
    this.watchers.add(listener);
    return () => this.watchers.delete(listener);
  }

  /**
   * Appends messages, all of them or none. Calls that wait for the disk at the same time share a write.
   *
   * @returns the offset of the first one, when they will survive the death of this process
   * @throws PlantsenseError DISK_FULL, BROKER_UNAVAILABLE when the log is closed
   */
  append(messages: readonly OutgoingMessage[]): Promise<number> {
    return this.queue.push(messages);
  }

  /**
   * Reads messages from `offset` on, about `maxBytes` of them and at least one.
   *
   * @param cursor that of the slice before, so that the place needs not be searched
   * @returns `null` at the end of the log
   * @throws PlantsenseError OFFSET_OUT_OF_RANGE, DATA_DIR_CORRUPT, BROKER_UNAVAILABLE when the log is closed
   */
  async read(offset: number, maxBytes: number, cursor?: Cursor): Promise<RecordSlice | null> {
    for (;;) {
      if (this.failure) throw this.failure;
      if (offset < this.startOffset || offset > this.active.nextOffset) {
        const range = `${this.startOffset} to ${this.endOffset}`;
        throw new PlantsenseError(
          'OFFSET_OUT_OF_RANGE',
          `Offset ${offset} is not in ${this.directory}, which holds ${range}.`,
        );
      }
      if (offset >= this.endOffset) return null;
      const segment = this.segmentWith(offset);
      try {
        const slice = await readFrom(segment, offset, maxBytes, cursor);
        if (!segment.retired) return slice;
      } catch (error) {
        // A segment that was deleted or compacted meanwhile: look again.
        if (!segment.retired) throw diskError(error, segment.path);
      }
    }
  }

  /** The first offset whose timestamp is at or after `timestampMs`; the end of the log when there is none. */
  async offsetForTime(timestampMs: number): Promise<number> {
    for (const segment of [...this.segments]) {
      if (segment.maxTimestampMs < timestampMs) continue;
      const found = await locateTime(segment, timestampMs, this.startOffset).catch(error => {
        if (!segment.retired) throw diskError(error, segment.path);
        return null;
      });
      // It was deleted or compacted meanwhile: look again.
      if (segment.retired) return this.offsetForTime(timestampMs);
      if (found !== null) return found;
    }
    return this.endOffset;
  }

  /** Forces everything that was appended onto the disk. @throws PlantsenseError DATA_DIR_CORRUPT when it can't */
  flush(): Promise<void> {
    return this.maintain(() => this.sync());
  }

  /** Deletes what comes before `offset`: at once for readers, on disk when a whole segment is free. */
  deleteBefore(offset: number): Promise<void> {
    return this.maintain(() => this.delete(Math.min(offset, this.endOffset)));
  }

  /** Deletes segments that retention no longer keeps. */
  expire(retention: Retention): Promise<void> {
    return this.maintain(async () => {
      const { retentionMs } = retention;
      // A partition that gets little would never close its segment, and so never forget.
      if (retentionMs !== undefined && this.options.now() - this.activeSinceMs > retentionMs / 4) {
        await this.writer.run(() => this.roll());
      }
      const before = cutOff(this.segments, retention, this.options.now());
      await this.delete(Math.min(before, this.endOffset));
    });
  }

  /**
   * Drops every message that has a later one with the same key, and tombstones from before `tombstonesBeforeMs`.
   * The segment that grows is left alone.
   */
  compact(tombstonesBeforeMs: number): Promise<void> {
    return this.maintain(async () => {
      // What is rewritten must lie before the synced point: behind it, recovery would take a shorter file for damage.
      await this.sync();
      const closed = this.segments.filter(({ baseOffset }) => baseOffset < this.state.syncedSegment);
      const lastOffset = this.endOffset - 1;
      const rule = { latest: await latestOffsets(this.segments), tombstonesBeforeMs, lastOffset };
      let compactedBytes = 0;
      for (const segment of closed) {
        const replacement = await compactSegment(segment, rule, this.options.write);
        if (replacement !== segment) {
          this.segments.splice(this.segments.indexOf(segment), 1, ...(replacement ? [replacement] : []));
        }
        compactedBytes += replacement?.size ?? 0;
      }
      // Not all that is closed by now: segments that filled up meanwhile are still to be compacted.
      this.compactedBytes = compactedBytes;
    });
  }

  /** Whether at least half of the closed segments' bytes came after the last compaction. */
  get needsCompaction(): boolean {
    const closed = this.sizeBytes - this.active.size;
    return closed > 0 && closed >= 2 * this.compactedBytes;
  }

  /** Closes the segment that grows and begins the next. Nothing when it is empty. */
  rollOver(): Promise<void> {
    return this.writer.run(() => this.roll());
  }

  /** Ends waiting readers and refuses appends. What was accepted is written, and synced unless `abandon`. */
  async close(abandon = false): Promise<void> {
    const wasOver = await this.writer.run(async () => {
      const { isOver } = this;
      this.failure ??= new PlantsenseError('BROKER_UNAVAILABLE', 'The embedded broker was closed.');
      return isOver;
    });
    this.notify();
    if (!abandon && !wasOver) {
      // After closing in order, the log goes on without a gap whatever happens to the machine.
      const { nextOffset } = this.active;
      await this.upkeep
        .run(() => this.sync())
        .then(() => this.save({ reservedOffset: nextOffset }, false))
        .catch(() => undefined);
    }
    await this.upkeep.run(async () => {
      for (const segment of this.segments) await segment.file.release();
    });
  }

  /** Runs an upkeep operation in its turn. Not when the log is over: its files may be another process's by then. */
  private maintain(operation: () => Promise<void>): Promise<void> {
    return this.upkeep.run(async () => {
      if (this.failure) throw this.failure;
      await operation();
    });
  }

  /** The segment with the first message at or after an offset that is before the end. */
  private segmentWith(offset: number): LogSegment {
    let i = this.segments.length - 1;
    while (i > 0 && this.segments[i]!.baseOffset > offset) i--;
    // Segments that are empty, or that compaction left nothing at the end of.
    while (this.segments[i]!.size === 0 || this.segments[i]!.nextOffset <= offset) i++;
    return this.segments[i]!;
  }

  /** Writes a group of appends and gives the offset of its first message. Either all of it counts or nothing. */
  private async write(group: readonly Append[], bytes: number): Promise<number> {
    if (this.failure) throw this.failure;
    const { buffers, now, segmentBytes, fsync } = this.options;
    const buffer = buffers.take(bytes);
    try {
      if (this.tailIsDirty) await this.cutTail();
      if (this.active.size + bytes > segmentBytes) await this.roll();
      const { active } = this;
      const count = group.reduce((sum, { messages }) => sum + messages.length, 0);
      await this.reserve(active.nextOffset + count);
      const nowMs = now();
      let offset = active.nextOffset;
      let at = 0;
      for (const { messages } of group) {
        for (const message of messages) {
          at = encodeRecord(buffer, at, offset++, message.timestampMs ?? nowMs, message);
        }
      }
      const records = buffer.subarray(0, at);
      const first = active.nextOffset;
      this.tailIsDirty = true;
      await active.write(records, this.options.write);
      this.tailIsDirty = false;
      if (fsync === 'always') await this.orFail(active.sync());
      active.accept(records);
      this.notify();
      return first;
    } catch (error) {
      if (this.tailIsDirty) await this.cutTail().catch(() => undefined);
      throw diskError(error, this.active.path);
    } finally {
      buffers.give(buffer);
    }
  }

  private async cutTail(): Promise<void> {
    await this.active.truncate();
    this.tailIsDirty = false;
  }

  private async roll(): Promise<void> {
    if (this.active.size === 0 || this.failure) return;
    const next = await LogSegment.create(this.directory, this.active.nextOffset);
    if (this.options.fsync !== 'never') await syncDirectory(this.directory);
    this.sealing.push(this.active);
    this.segments.push(next);
    this.activeSinceMs = this.options.now();
    void this.flush().catch(() => undefined);
  }

  private async sync(): Promise<void> {
    for (let segment = this.sealing[0]; segment !== undefined; segment = this.sealing[0]) {
      await this.orFail(segment.sync());
      await segment.saveIndex().catch(() => undefined);
      this.sealing.shift();
      await segment.file.release();
    }
    const { active, state } = this;
    const { baseOffset, size } = active;
    if (state.syncedSegment === baseOffset && state.syncedPosition === size) return;
    await this.orFail(active.sync());
    // Without it, only less is known to be safe: the next sync tries again.
    await this.save({ syncedSegment: baseOffset, syncedPosition: size }, false).catch(() => undefined);
  }

  /** Makes sure that an offset that was given out once is never given out again, also after a power cut. */
  private async reserve(nextOffset: number): Promise<void> {
    if (nextOffset <= this.state.reservedOffset) return;
    await this.save({ reservedOffset: nextOffset + RESERVED_OFFSETS }, true);
  }

  private save(changes: Partial<LogState>, sync: boolean): Promise<void> {
    return this.saving.run(async () => {
      const state = { ...this.state, ...changes };
      await saveState(this.directory, state, sync).catch(error => {
        throw diskError(error, this.directory);
      });
      this.state = state;
    });
  }

  private async delete(before: number): Promise<void> {
    if (before <= this.startOffset) return;
    // Else a power cut could leave a log that ends before it starts.
    await this.sync();
    await this.save({ startOffset: before }, true);
    while (this.segments.length > 1 && this.segments[0]!.nextOffset <= before) {
      const segment = this.segments.shift()!;
      const sealing = this.sealing.indexOf(segment);
      if (sealing >= 0) this.sealing.splice(sealing, 1);
      await segment.remove();
    }
  }

  /** After a failed sync nobody knows what is on the disk: the log takes nothing more until it is opened again. */
  private async orFail(syncing: Promise<void>): Promise<void> {
    await syncing.catch(error => {
      const reason = `The disk failed to save ${this.directory}.`;
      this.failure ??= new PlantsenseError('DATA_DIR_CORRUPT', reason, { cause: error });
      throw this.failure;
    });
  }

  private notify(): void {
    for (const listener of this.watchers) listener();
  }
}

async function readFrom(
  segment: LogSegment,
  offset: number,
  maxBytes: number,
  cursor: Cursor | undefined,
): Promise<RecordSlice> {
  if (cursor?.segment === segment.baseOffset) {
    const slice = await readRecords(segment, cursor.position, maxBytes, found => found === offset);
    if (slice) return slice;
  }
  const position = await locateOffset(segment, offset);
  const slice = await readRecords(segment, position, maxBytes, found => found >= offset);
  if (slice === null) throw segment.corrupt(position);
  return slice;
}
