import type { OutgoingMessage } from '../port.js';
import { recordSize } from './record.js';
import type { Serial } from './serial.js';

/** Appends that wait are written together, up to about this many bytes at once. */
const GROUP_BYTES = 1024 * 1024;

export interface Append {
  readonly messages: readonly OutgoingMessage[];
  readonly bytes: number;
}

interface Waiting extends Append {
  readonly resolve: (firstOffset: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers appends while the disk is busy, so that one write serves many. Each append is in one write, whole. */
export class AppendQueue {
  private readonly waiting: Waiting[] = [];
  private readonly writer: Serial;
  private readonly write: (group: readonly Append[], bytes: number) => Promise<number>;

  /**
   * @param writer what writes take their turns in
   * @param write writes a group, all of it or nothing, and gives the offset of its first message
   */
  constructor(writer: Serial, write: (group: readonly Append[], bytes: number) => Promise<number>) {
    this.writer = writer;
    this.write = write;
  }

  /** Resolves with the first message's offset when the messages are written. */
  push(messages: readonly OutgoingMessage[]): Promise<number> {
    return new Promise((resolve, reject) => {
      let bytes = 0;
      for (const message of messages) bytes += recordSize(message);
      this.waiting.push({ messages, bytes, resolve, reject });
      if (this.waiting.length === 1) void this.writer.run(() => this.drain());
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      let bytes = this.waiting[0]!.bytes;
      let count = 1;
      while (count < this.waiting.length && bytes + this.waiting[count]!.bytes <= GROUP_BYTES) {
        bytes += this.waiting[count++]!.bytes;
      }
      const group = this.waiting.slice(0, count);
      try {
        let offset = await this.write(group, bytes);
        for (const append of group) {
          append.resolve(offset);
          offset += append.messages.length;
        }
      } catch (error) {
        for (const append of group) append.reject(error);
      }
      this.waiting.splice(0, count);
    }
  }
}
