import type { Writable } from 'node:stream';

/** A stream that a command prints to, one call after the other at the speed of who reads it. */
export class Output {
  readonly #stream: Writable & { readonly isTTY?: boolean };

  constructor(stream: Writable & { readonly isTTY?: boolean }) {
    this.#stream = stream;
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Resolves when the text has left; also when nobody reads any more, which the command hears by its signal. */
  write(text: string | Uint8Array): Promise<void> {
    return new Promise(resolve => {
      this.#stream.write(text, () => resolve());
    });
  }

  line(text: string): Promise<void> {
    return this.write(`${text}\n`);
  }

  /** One JSON document, for a command that gives one answer. */
  json(value: unknown): Promise<void> {
    return this.line(JSON.stringify(value, null, 2));
  }

  /** A line of NDJSON, for a command that gives a stream of them. */
  jsonLine(value: unknown): Promise<void> {
    return this.line(JSON.stringify(value));
  }
}
