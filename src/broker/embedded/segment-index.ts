import { crc32 } from 'node:zlib';

/** A place in the log about each this many bytes. */
export const INDEX_INTERVAL_BYTES = 256 * 1024;
const MAGIC = 0x50534958;
const HEAD = 5;

/**
 * A sparse index of one segment: places of records by offset and by time. Kept in memory; written beside a segment that
 * no longer grows, so that opening a large log doesn't read it.
 */
export class SegmentIndex {
  /** Bytes that are indexed: the segment's size. */
  size = 0;
  nextOffset: number;
  maxTimestampMs = Number.NEGATIVE_INFINITY;
  // Of each place: its record's offset, its position, and the latest timestamp of all records before it.
  private readonly offsets: number[] = [];
  private readonly positions: number[] = [];
  private readonly timesBefore: number[] = [];

  constructor(baseOffset: number) {
    this.nextOffset = baseOffset;
  }

  /** Takes in the record that follows the ones before. */
  add(offset: number, timestampMs: number, bytes: number): void {
    const last = this.positions.at(-1);
    if (last === undefined || this.size - last >= INDEX_INTERVAL_BYTES) {
      this.offsets.push(offset);
      this.positions.push(this.size);
      this.timesBefore.push(this.maxTimestampMs);
    }
    this.size += bytes;
    this.nextOffset = offset + 1;
    if (timestampMs > this.maxTimestampMs) this.maxTimestampMs = timestampMs;
  }

  /** Where to start looking for the first record at or after `offset`. */
  positionOf(offset: number): number {
    return this.positions[lastAtMost(this.offsets, offset)] ?? 0;
  }

  /** Where to start looking for the first record whose timestamp is at or after `timestampMs`. */
  positionOfTime(timestampMs: number): number {
    let found = 0;
    // The times before each place never fall, so the last place with only earlier records before it is the start.
    for (let low = 0, high = this.timesBefore.length - 1; low <= high; ) {
      const middle = (low + high) >>> 1;
      if (this.timesBefore[middle]! < timestampMs) {
        found = middle;
        low = middle + 1;
      } else high = middle - 1;
    }
    return this.positions[found] ?? 0;
  }

  toBytes(): Buffer {
    const numbers = new Float64Array(HEAD + 3 * this.offsets.length);
    numbers.set([MAGIC, 0, this.size, this.nextOffset, this.maxTimestampMs]);
    numbers.set(this.offsets, HEAD);
    numbers.set(this.positions, HEAD + this.offsets.length);
    numbers.set(this.timesBefore, HEAD + 2 * this.offsets.length);
    numbers[1] = checksum(numbers);
    return Buffer.from(numbers.buffer);
  }

  /** `null` when the bytes are not an index that was written whole. */
  static fromBytes(bytes: Buffer, baseOffset: number): SegmentIndex | null {
    if (bytes.length % 8 !== 0 || bytes.length < HEAD * 8) return null;
    const numbers = new Float64Array(bytes.length / 8);
    Buffer.from(numbers.buffer).set(bytes);
    const places = (numbers.length - HEAD) / 3;
    if (numbers[0] !== MAGIC || !Number.isInteger(places) || numbers[1] !== checksum(numbers)) return null;
    const index = new SegmentIndex(baseOffset);
    index.size = numbers[2]!;
    index.nextOffset = numbers[3]!;
    index.maxTimestampMs = numbers[4]!;
    for (let i = 0; i < places; i++) {
      index.offsets.push(numbers[HEAD + i]!);
      index.positions.push(numbers[HEAD + places + i]!);
      index.timesBefore.push(numbers[HEAD + 2 * places + i]!);
    }
    return index;
  }
}

const checksum = (numbers: Float64Array): number => crc32(numbers.subarray(2));

/** The index of the last of the rising `values` that is at most `wanted`; -1 when none is. */
function lastAtMost(values: readonly number[], wanted: number): number {
  let found = -1;
  for (let low = 0, high = values.length - 1; low <= high; ) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= wanted) {
      found = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}
