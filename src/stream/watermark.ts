import { Ack } from './ack.js';
import { type Checkpoint, NO_LOG_NEEDED, type Origin, type StateKey } from './checkpoint.js';

/** A change that processing a message makes to the checkpoint. It counts once the message and all before it are acked. */
export type CheckpointChange =
  | {
      readonly type: 'hold';
      readonly key: StateKey;
      readonly offset: number;
      /** What the log from there on does not tell; without it the key has none. */
      readonly note?: Uint8Array;
    }
  | { readonly type: 'release'; readonly key: StateKey }
  | { readonly type: 'seen'; readonly origin: Origin };

/** A message between its arrival and its acknowledgement. */
export interface Tracked {
  readonly offset: number;
  readonly ack: Ack;
  /** Must be called before the ack settles. */
  change(change: CheckpointChange): void;
}

export interface WatermarkEvents {
  /** The message uses no credit any more (acked, failed, or retained in an operator's state). */
  released(bytes: number): void;
  /** A message failed: nothing from its offset on will ever be committed. */
  failed(error: Error, offset: number): void;
  /** An ack came after the fence: its effect is made, but does not count here. */
  late?(): void;
}

interface Entry {
  readonly offset: number;
  changes: CheckpointChange[] | null;
  acked: boolean;
}

/**
 * The progress of one partition in one generation: the highest contiguous acked offset, and the checkpoint as it was
 * there. Acks arrive in any order; changes take effect in the order of the log, so a checkpoint never mixes the past
 * of one sensor with the future of another. After `fence`, acks are counted and dropped.
 */
export class Watermark {
  readonly #events: WatermarkEvents;
  readonly #holds: Map<StateKey, number>;
  readonly #notes: Map<StateKey, Uint8Array>;
  readonly #seen: Map<string, { offset: number; index: number }>;
  /** Entries in log order; those before #head are done. A ring would save nothing: it is compacted as it drains. */
  #entries: Entry[] = [];
  #head = 0;
  #position: number;
  #fenced = false;
  #lateAcks = 0;

  constructor(start: Checkpoint, events: WatermarkEvents) {
    this.#events = events;
    this.#position = start.position;
    this.#holds = new Map(start.holds);
    this.#notes = new Map(start.notes);
    this.#seen = new Map(start.seen);
  }

  /** The effects of everything before this offset are durable. */
  get position(): number {
    return this.#position;
  }

  /** Messages that are tracked and not yet passed by the watermark. */
  get pending(): number {
    return this.#entries.length - this.#head;
  }

  get lateAcks(): number {
    return this.#lateAcks;
  }

  get isFenced(): boolean {
    return this.#fenced;
  }

  /** Starts to track a message. Offsets must grow; gaps (compaction, transactions) are normal. */
  track(offset: number, bytes: number): Tracked {
    const entry: Entry = { offset, changes: null, acked: false };
    this.#entries.push(entry);
    let usesCredit = true;
    const release = () => {
      if (!usesCredit) return;
      usesCredit = false;
      this.#events.released(bytes);
    };
    const ack = new Ack({
      retained: release,
      settled: failure => {
        release();
        if (this.#fenced) {
          this.#lateAcks += 1;
          this.#events.late?.();
        } else if (failure) this.#events.failed(failure, offset);
        else {
          entry.acked = true;
          this.#advance();
        }
      },
    });
    return {
      offset,
      ack,
      change: change => {
        entry.changes ??= [];
        entry.changes.push(change);
      },
    };
  }

  /** The checkpoint at the watermark. `plannedLast` is the caller's: only a sink plans blocks. */
  checkpoint(plannedLast: number | null = null): Checkpoint {
    return {
      position: this.#position,
      holds: new Map(this.#holds),
      notes: new Map(this.#notes),
      seen: new Map(this.#seen),
      plannedLast,
    };
  }

  /** The oldest offset that some state still needs; the position when nothing is held. */
  get holdBack(): number {
    let oldest = this.#position;
    for (const hold of this.#holds.values()) if (hold !== NO_LOG_NEEDED && hold < oldest) oldest = hold;
    return oldest;
  }

  /** From now on nothing moves: acks that come late are dropped and counted. */
  fence(): void {
    this.#fenced = true;
  }

  #advance(): void {
    for (;;) {
      const entry = this.#entries[this.#head];
      if (entry === undefined || !entry.acked) break;
      // Replayed messages lie before the position: they rebuild state, and the checkpoint has them already.
      if (entry.offset >= this.#position) {
        if (entry.changes) this.#apply(entry.changes);
        this.#position = entry.offset + 1;
      }
      this.#head += 1;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  #apply(changes: readonly CheckpointChange[]): void {
    for (const change of changes) {
      if (change.type !== 'seen') this.#notes.delete(change.key);
      if (change.type === 'hold') {
        this.#holds.set(change.key, change.offset);
        if (change.note) this.#notes.set(change.key, change.note);
      } else if (change.type === 'release') this.#holds.delete(change.key);
      else {
        const { source, offset, index } = change.origin;
        this.#seen.set(source, { offset, index });
      }
    }
  }
}
