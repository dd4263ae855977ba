/** Lets one training of a process go on at a time: each takes all cores that there are. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits for those before, then works.
   * @throws the signal's reason when it is aborted before
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#last;
    let end: () => void = () => {};
    const ended = new Promise<void>(resolve => {
      end = resolve;
    });
    this.#last = before.then(() => ended);
    let stopped: () => void = () => {};
    const aborted = new Promise<void>(resolve => {
      stopped = resolve;
    });
    signal.addEventListener('abort', stopped, { once: true });
    try {
      if (!signal.aborted) await Promise.race([before, aborted]);
      signal.throwIfAborted();
      return await work();
    } finally {
      signal.removeEventListener('abort', stopped);
      end();
    }
  }
}
