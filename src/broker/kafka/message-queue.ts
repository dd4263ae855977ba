import type { Message } from '../port.js';

/** What a message counts towards `maxBytes`. */
export function messageBytes(message: Message): number {
  let bytes = (message.key?.length ?? 0) + (message.value?.length ?? 0);
  for (const name in message.headers) bytes += name.length + message.headers[name]!.length;
  return bytes;
}

/** Messages that a fetch brought beyond what was asked for: a batch comes whole. Empty or one response's rest. */
export class MessageQueue {
  #messages: readonly Message[] = [];
  #at = 0;

  get isEmpty(): boolean {
    return this.#at >= this.#messages.length;
  }

  /** The offset of the first message. Only when there is one. */
  get firstOffset(): number {
    return this.#messages[this.#at]!.offset;
  }

  fill(messages: readonly Message[]): void {
    this.#messages = messages;
    this.#at = 0;
  }

  /** The next messages, at most `maxBytes` of them, but one at least. */
  take(maxBytes: number): Message[] {
    const taken: Message[] = [];
    let bytes = 0;
    while (this.#at < this.#messages.length) {
      const message = this.#messages[this.#at]!;
      bytes += messageBytes(message);
      if (taken.length > 0 && bytes > maxBytes) break;
      taken.push(message);
      this.#at++;
    }
    if (this.isEmpty) this.clear();
    return taken;
  }

  clear(): void {
    this.#messages = [];
    this.#at = 0;
  }
}
