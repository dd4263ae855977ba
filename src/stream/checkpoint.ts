import { createHash } from 'node:crypto';
import { PlantsenseError } from '../errors.js';
import { ByteReader, ByteWriter } from './byte-codec.js';

/** A key of operator state whose past must stay readable, in 40 bits: half a million keys collide once in ten. */
export type StateKey = number;

/** A hold without an offset: the state is known (a sensor that fell silent) but needs no log to rebuild it. */
export const NO_LOG_NEEDED = -1;

/** Which record of which input made a message: outputs are emitted in this order for each `source`. */
export interface Origin {
  /** Stage, topic incarnation and partition, as text. */
  readonly source: string;
  readonly offset: number;
  /** Counts the outputs of one input. */
  readonly index: number;
}

/**
 * All that a lane must know to go on where another stopped, small enough for the metadata of an offset commit. The log
 * is the checkpoint: this says only from where to read it.
 */
export interface Checkpoint {
  /** Effects of everything before this offset are durable; replay before it emits nothing. */
  readonly position: number;
  /** State key -> offset from which the log rebuilds it, or NO_LOG_NEEDED. */
  readonly holds: ReadonlyMap<StateKey, number>;
  /** State key -> the few bytes of its state that the log from its hold on does not tell. Only held keys have any. */
  readonly notes: ReadonlyMap<StateKey, Uint8Array>;
  /** Source -> the last of its outputs that was consumed. */
  readonly seen: ReadonlyMap<string, { readonly offset: number; readonly index: number }>;
  /** The last offset of a block whose insertion was begun at `position`; null when none was. */
  readonly plannedLast: number | null;
}

/** Brokers refuse more by default (`offset.metadata.max.bytes`). */
export const MAX_METADATA_BYTES = 4096;

/** Notes were added by the second; a checkpoint without any is still of the first. */
const FORMAT = 1;
const FORMAT_WITH_NOTES = 2;

export function emptyCheckpoint(position: number): Checkpoint {
  return { position, holds: new Map(), notes: new Map(), seen: new Map(), plannedLast: null };
}

/** The offset to commit: everything before it may be forgotten. */
export function resumeOffset(checkpoint: Checkpoint): number {
  let offset = checkpoint.position;
  for (const hold of checkpoint.holds.values()) {
    if (hold !== NO_LOG_NEEDED && hold < offset) offset = hold;
  }
  return offset;
}

/** True when the message at `offset`, before the position, is needed to rebuild the state of `key`. */
export function isHeld(checkpoint: Checkpoint, key: StateKey, offset: number): boolean {
  const hold = checkpoint.holds.get(key);
  return hold !== undefined && hold !== NO_LOG_NEEDED && offset >= hold;
}

export function stateKey(name: string): StateKey {
  return createHash('sha256').update(name).digest().readUIntBE(0, 5);
}

/** @throws PlantsenseError CHECKPOINT_TOO_LARGE when more keys are held than fit in a commit's metadata */
export function encodeCheckpoint(checkpoint: Checkpoint): string {
  const { position, holds, notes, seen, plannedLast } = checkpoint;
  if (holds.size === 0 && seen.size === 0 && plannedLast === null) return '';
  const out = new ByteWriter();
  out.byte(notes.size === 0 ? FORMAT : FORMAT_WITH_NOTES);
  out.varint(position);
  out.varint(plannedLast === null ? 0 : plannedLast - position + 1);
  out.varint(holds.size);
  for (const [key, hold] of holds) {
    out.uint(key, 5);
    out.varint(hold === NO_LOG_NEEDED ? 0 : position - hold);
    if (notes.size > 0) out.block(notes.get(key) ?? NO_NOTE);
  }
  out.varint(seen.size);
  for (const [source, last] of seen) {
    out.text(source);
    out.varint(last.offset);
    out.varint(last.index);
  }
  const text = Buffer.from(out.bytes).toString('base64');
  if (text.length > MAX_METADATA_BYTES) {
    throw new PlantsenseError(
      'CHECKPOINT_TOO_LARGE',
      `The state of ${holds.size} sensors and ${seen.size} sources needs ${text.length} bytes of commit metadata; ${MAX_METADATA_BYTES} are allowed.`,
    );
  }
  return text;
}

const NO_NOTE = new Uint8Array(0);

/** @throws PlantsenseError CHECKPOINT_INVALID when `metadata` is not ours */
export function decodeCheckpoint(offset: number, metadata: string): Checkpoint {
  if (metadata === '') return emptyCheckpoint(offset);
  const input = new ByteReader(Buffer.from(metadata, 'base64'));
  const format = input.byte();
  if (format !== FORMAT && format !== FORMAT_WITH_NOTES) throw input.invalid();
  const position = input.varint();
  const planned = input.varint();
  const holds = new Map<StateKey, number>();
  const notes = new Map<StateKey, Uint8Array>();
  for (let n = input.varint(); n > 0; n--) {
    const key = input.uint(5);
    const back = input.varint();
    holds.set(key, back === 0 ? NO_LOG_NEEDED : position - back);
    const note = format === FORMAT_WITH_NOTES ? input.block() : NO_NOTE;
    if (note.length > 0) notes.set(key, note);
  }
  const seen = new Map<string, { offset: number; index: number }>();
  for (let n = input.varint(); n > 0; n--) {
    seen.set(input.text(), { offset: input.varint(), index: input.varint() });
  }
  if (!input.isAtEnd) throw input.invalid();
  const plannedLast = planned === 0 ? null : position + planned - 1;
  const checkpoint = { position, holds, notes, seen, plannedLast };
  // A commit whose offset was moved by hand (a reset) means its offset, not the position that came with it.
  return resumeOffset(checkpoint) === offset ? checkpoint : emptyCheckpoint(offset);
}
