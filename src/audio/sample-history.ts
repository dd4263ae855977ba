/** The samples that an event may still need: a queue that grows, addressed by the sample's index in the stream. */
import { PlantsenseError } from '../errors.js';

const MIN_CAPACITY = 4096;

export class SampleHistory {
  private samples = new Float32Array(MIN_CAPACITY);
  /** Where the oldest kept sample stands in the buffer, and its index in the stream. */
  private head = 0;
  private first = 0;
  private count = 0;
  private lastPush = 0;

  /** Index of the oldest sample that is kept. */
  get begin(): number {
    return this.first;
  }

  get end(): number {
    return this.first + this.count;
  }

  get bytes(): number {
    return this.samples.byteLength;
  }

  /** Empties it; the next sample will be number `first`. */
  restart(first: number): void {
    this.head = 0;
    this.first = first;
    this.count = 0;
    if (this.samples.length > MIN_CAPACITY) this.samples = new Float32Array(MIN_CAPACITY);
  }

  push(samples: Float32Array): void {
    this.lastPush = samples.length;
    const needed = this.count + samples.length;
    if (this.head + needed > this.samples.length) {
      this.move(needed > this.samples.length ? capacityFor(needed) : this.samples.length);
    }
    this.samples.set(samples, this.head + this.count);
    this.count = needed;
  }

  dropBefore(sample: number): void {
    const dropped = Math.max(0, Math.min(sample - this.first, this.count));
    this.head += dropped;
    this.first += dropped;
    this.count -= dropped;
    const wanted = capacityFor(this.count + this.lastPush);
    // A long event is over: give its memory back.
    if (this.samples.length > 2 * wanted) this.move(wanted);
  }

  /** A copy of samples `[from, to)`. @throws PlantsenseError INTERNAL when some of them are gone */
  copy(from: number, to: number): Float32Array {
    if (from < this.begin || to > this.end) {
      const kept = `${this.begin} to ${this.end}`;
      throw new PlantsenseError('INTERNAL', `Samples ${from} to ${to} were asked for, ${kept} are kept.`);
    }
    return this.samples.slice(this.head + from - this.first, this.head + to - this.first);
  }

  /** Moves what is kept to the front of a buffer of `capacity`, the same buffer where it has that size. */
  private move(capacity: number): void {
    const kept = this.samples.subarray(this.head, this.head + this.count);
    if (capacity === this.samples.length) {
      this.samples.copyWithin(0, this.head, this.head + this.count);
    } else {
      this.samples = new Float32Array(capacity);
      this.samples.set(kept);
    }
    this.head = 0;
  }
}

/** Some room beyond what is needed, so that growing stays cheap. */
const capacityFor = (count: number): number => Math.max(MIN_CAPACITY, Math.ceil(1.25 * count));
