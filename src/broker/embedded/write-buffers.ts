/** Buffers of 1 MiB up to this are kept for the next write. */
const LARGEST_KEPT_BYTES = 8 * 1024 * 1024;
const SMALLEST_BYTES = 1024 * 1024;
const KEPT = 8;

/** Buffers that all partitions of a broker write through, so that appending does not allocate. */
export class WriteBuffers {
  private readonly free: Buffer[] = [];

  /** A buffer of at least `size` bytes. Its content is whatever it was. */
  take(size: number): Buffer {
    const found = this.free.findIndex(buffer => buffer.length >= size);
    if (found >= 0) return this.free.splice(found, 1)[0]!;
    const rounded = Math.max(SMALLEST_BYTES, 2 ** Math.ceil(Math.log2(size)));
    return Buffer.allocUnsafeSlow(size > LARGEST_KEPT_BYTES ? size : rounded);
  }

  /** Gives a buffer back; nobody may use it any more. */
  give(buffer: Buffer): void {
    if (buffer.length <= LARGEST_KEPT_BYTES && this.free.length < KEPT) this.free.push(buffer);
  }
}
