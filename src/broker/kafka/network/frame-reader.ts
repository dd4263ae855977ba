const SIZE_BYTES = 4;
/** Twice what a fetch asks for at most. A longer frame comes from something else: a TLS alert reads as 352 MB. */
const MAX_FRAME_BYTES = 128 * 1024 * 1024;

/** Cuts a TCP stream into Kafka's length-prefixed frames, copying each byte once. */
export class FrameReader {
  readonly #onFrame: (frame: Buffer) => void;
  readonly #size = Buffer.alloc(SIZE_BYTES);
  #sizeFilled = 0;
  #frame: Buffer | null = null;
  #frameFilled = 0;

  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws RangeError if the length is none that a broker sends */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#frame === null) {
        const taken = chunk.copy(this.#size, this.#sizeFilled, at, at + SIZE_BYTES - this.#sizeFilled);
        this.#sizeFilled += taken;
        at += taken;
        if (this.#sizeFilled < SIZE_BYTES) return;
        this.#startFrame();
      }
      const frame: Buffer = this.#frame!;
      const taken = chunk.copy(frame, this.#frameFilled, at);
      this.#frameFilled += taken;
      at += taken;
      if (this.#frameFilled === frame.length) {
        this.#frame = null;
        this.#onFrame(frame);
      }
    }
  }

  #startFrame(): void {
    const size = this.#size.readInt32BE();
    if (size < SIZE_BYTES || size > MAX_FRAME_BYTES) {
      throw new RangeError(`a frame of ${size} bytes: this is not a Kafka broker, or it wants TLS`);
    }
    this.#frame = Buffer.allocUnsafeSlow(size);
    this.#frameFilled = 0;
    this.#sizeFilled = 0;
  }
}
