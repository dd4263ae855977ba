/** Zigzag varints of records. Numbers are exact up to 2^52, far beyond any size, offset or time difference. */

const zigzag = (value: number): number => (value >= 0 ? 2 * value : -2 * value - 1);

/** Bytes that `writeVarint` will take. */
export function varintSize(value: number): number {
  let rest = zigzag(value);
  let size = 1;
  while (rest >= 0x80) {
    rest = Math.floor(rest / 0x80);
    size++;
  }
  return size;
}

/** Writes at `at` and gives the position after it. */
export function writeVarint(buffer: Uint8Array, at: number, value: number): number {
  let rest = zigzag(value);
  while (rest >= 0x80) {
    buffer[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  buffer[at++] = rest;
  return at;
}

/** Reads one value after the other. */
export class VarintReader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** @throws RangeError at the end of the bytes, or if the number has no end */
  next(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      if (byte === undefined || scale > 2 ** 63) throw new RangeError('a number that does not end');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A view of the next `length` bytes. @throws RangeError if there are fewer */
  take(length: number): Buffer {
    if (length < 0 || this.at + length > this.bytes.length) {
      throw new RangeError(`${length} bytes where ${this.bytes.length - this.at} are left`);
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
