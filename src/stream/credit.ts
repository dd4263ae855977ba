/**
 * A budget of bytes between a source and what works on them. The source pulls only while the bytes in use are under
 * the limit, so memory stays flat however slow the work or its sink is. A single message larger than the limit still
 * passes, alone.
 */
export class Credit {
  readonly limitBytes: number;
  #inUse = 0;
  #wake: (() => void) | null = null;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get inUseBytes(): number {
    return this.#inUse;
  }

  get availableBytes(): number {
    return Math.max(0, this.limitBytes - this.#inUse);
  }

  take(bytes: number): void {
    this.#inUse += bytes;
  }

  give(bytes: number): void {
    this.#inUse -= bytes;
    if (this.#inUse >= this.limitBytes) return;
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** Resolves when there is credit again, or when `signal` aborts. One waiter at a time: the lane's source. */
  async available(signal: AbortSignal): Promise<void> {
    while (this.#inUse >= this.limitBytes && !signal.aborted) {
      await new Promise<void>(resolve => {
        const wake = () => {
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#wake = wake;
        signal.addEventListener('abort', wake, { once: true });
      });
    }
  }
}
