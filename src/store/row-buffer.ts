const FIRST_BYTES = 64 * 1024;
const TWO_POW_32 = 2 ** 32;

/**
 * A growing buffer that values are appended to in ClickHouse's RowBinary encoding: little endian, lengths as LEB128.
 * Values are not checked beyond what `Buffer` checks: a number out of its type's range throws a RangeError.
 */
export class RowBuffer {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was appended. A view: valid until the next append. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  uint8(value: number): void {
    const at = this.#room(1);
    this.#length = this.#bytes.writeUInt8(value, at);
  }

  uint16(value: number): void {
    const at = this.#room(2);
    this.#length = this.#bytes.writeUInt16LE(value, at);
  }

  uint32(value: number): void {
    const at = this.#room(4);
    this.#length = this.#bytes.writeUInt32LE(value, at);
  }

  int32(value: number): void {
    const at = this.#room(4);
    this.#length = this.#bytes.writeInt32LE(value, at);
  }

  /** A 64-bit integer, signed or not, from a number that is a safe integer. Two halves are faster than a BigInt. */
  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
    const at = this.#room(8);
    const high = Math.floor(value / TWO_POW_32);
    this.#bytes.writeUInt32LE(value - high * TWO_POW_32, at);
    this.#length = this.#bytes.writeInt32LE(high, at + 4);
  }

  float32(value: number): void {
    const at = this.#room(4);
    this.#length = this.#bytes.writeFloatLE(value, at);
  }

  float64(value: number): void {
    const at = this.#room(8);
    this.#length = this.#bytes.writeDoubleLE(value, at);
  }

  /** An unsigned LEB128 number, as lengths are written. */
  length128(value: number): void {
    let rest = value;
    let at = this.#room(5);
    while (rest >= 0x80) {
      this.#bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[at++] = rest;
    this.#length = at;
  }

  string(value: string): void {
    const size = Buffer.byteLength(value);
    this.length128(size);
    const at = this.#room(size);
    this.#bytes.write(value, at, 'utf8');
    this.#length = at + size;
  }

  blob(value: Uint8Array): void {
    this.length128(value.length);
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
    this.#length = at + value.length;
  }

  /** Makes room for `size` more bytes and returns where they go. */
  #room(size: number): number {
    const needed = this.#length + size;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    return this.#length;
  }
}
