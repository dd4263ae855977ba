/** The ticks that an event may still need: a queue that grows, addressed by the number of the tick. */
import { TICK_FIELDS, type TickRecord } from './tick.js';

const INITIAL_TICKS = 64;

export class TickHistory {
  private records = new Float64Array(INITIAL_TICKS * TICK_FIELDS);
  private first = 0;
  private next = 0;

  /** Number of the tick after the last. */
  get end(): number {
    return this.next;
  }

  /** Number of the oldest tick that is kept. */
  get begin(): number {
    return this.first;
  }

  get bytes(): number {
    return this.records.byteLength;
  }

  clear(): void {
    this.first = 0;
    this.next = 0;
    this.resize(INITIAL_TICKS);
  }

  push(tick: TickRecord): void {
    if (this.next - this.first === this.capacity) this.resize(2 * this.capacity);
    this.records.set(tick, (this.next % this.capacity) * TICK_FIELDS);
    this.next++;
  }

  /** A view of a tick, valid until the next `push`. */
  at(number: number): TickRecord {
    const start = (number % this.capacity) * TICK_FIELDS;
    return this.records.subarray(start, start + TICK_FIELDS);
  }

  dropBefore(number: number): void {
    this.first = Math.max(this.first, Math.min(number, this.next));
    const kept = this.next - this.first;
    if (this.capacity > INITIAL_TICKS && kept <= this.capacity / 8) this.resize(this.capacity / 2);
  }

  private get capacity(): number {
    return this.records.length / TICK_FIELDS;
  }

  private resize(capacity: number): void {
    if (capacity === this.capacity) return;
    const old = this.records;
    const oldCapacity = this.capacity;
    this.records = new Float64Array(capacity * TICK_FIELDS);
    for (let i = this.first; i < this.next; i++) {
      const from = (i % oldCapacity) * TICK_FIELDS;
      this.records.set(old.subarray(from, from + TICK_FIELDS), (i % capacity) * TICK_FIELDS);
    }
  }
}
