import { PlantsenseError } from '../errors.js';

/** Writes what a commit's metadata has room for: numbers in as few bytes as they need. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  byte(value: number): void {
    this.#bytes.push(value);
  }

  uint(value: number, size: number): void {
    for (let i = size - 1; i >= 0; i--) this.#bytes.push(Math.floor(value / 256 ** i) % 256);
  }

  /** 0 to 2^53 - 1. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.#bytes.push(rest);
  }

  /** Whole numbers of either sign, up to 2^52. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** All its bits. */
  double(value: number): void {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    for (let i = 0; i < 8; i++) this.#bytes.push(view.getUint8(i));
  }

  text(value: string): void {
    this.block(Buffer.from(value, 'utf8'));
  }

  /** Bytes with their number before them. */
  block(value: Uint8Array): void {
    this.varint(value.length);
    for (const byte of value) this.#bytes.push(byte);
  }
}

/** Reads what a {@link ByteWriter} wrote; each method throws CHECKPOINT_INVALID where it did not. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  invalid(): PlantsenseError {
    return new PlantsenseError('CHECKPOINT_INVALID', 'The metadata of the group commit is not a checkpoint.');
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw this.invalid();
    return value;
  }

  uint(size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.byte();
    return value;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = this.byte();
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
    throw this.invalid();
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    const view = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < 8; i++) view.setUint8(i, this.byte());
    return view.getFloat64(0);
  }

  text(): string {
    return Buffer.from(this.block()).toString('utf8');
  }

  block(): Uint8Array {
    const length = this.varint();
    if (this.#at + length > this.#bytes.length) throw this.invalid();
    this.#at += length;
    return Uint8Array.from(this.#bytes.subarray(this.#at - length, this.#at));
  }
}
