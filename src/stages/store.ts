import { concatMap, type Observable } from 'rxjs';
import type { Message } from '../broker/port.js';
import { PlantsenseError, toPlantsenseError } from '../errors.js';
import { type AnyRecord, decodeAny } from '../records/codec.js';
import { blocks } from '../stream/blocks.js';
import type { Delivery } from '../stream/delivery.js';
import { dropSeen } from '../stream/drop-seen.js';
import type { Lane } from '../stream/lane.js';
import { retrying } from '../stream/retry.js';
import { consumeInputs } from './consume-inputs.js';
import { deadLetter } from './dead-letter.js';
import { originHeaders, originOf, originSource } from './origin.js';
import type { Outgoing } from './outgoing.js';
import type { RunningStage, StageContext } from './stage.js';

export interface StoreStageOptions {
  readonly inputs: readonly string[];
  readonly outputs: { readonly deadLetter: string };
  readonly flushSecs: number;
  readonly flushRows: number;
  readonly flushBytes: number;
}

/** A record with its place in the log. */
export interface StoredRecord {
  readonly record: AnyRecord;
  readonly partition: number;
  readonly offset: number;
}

/** Rows of one table, ready to be inserted. */
export interface RowBlock {
  readonly table: string;
  readonly rows: number;
  /** Inserts the rows; again with the same token after a crash, they count once. */
  insert(): Promise<void>;
}

export interface BlockBounds {
  readonly incarnation: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** What this stage needs of the store. */
export interface RecordStore {
  /**
   * The blocks, one for each table, that the records make. Equal records and bounds give blocks with equal tokens.
   * `refuse` is told of records that have no table or do not fit it.
   */
  blocksOf(
    records: readonly StoredRecord[],
    bounds: BlockBounds,
    refuse: (record: StoredRecord, error: PlantsenseError) => void,
  ): RowBlock[];
}

/**
 * Writes records to tables, each once. The bounds of a block are committed before it is inserted, so that after a crash
 * exactly the same block is sent again, which the store recognises by its token.
 */
export async function startStore(
  options: StoreStageOptions,
  store: RecordStore,
  context: StageContext,
): Promise<RunningStage> {
  const { inputs, flushSecs, flushRows, flushBytes } = options;
  const { name: stage, creditBytes, metrics } = context;

  const pipeline = (lane: Lane): Observable<unknown> => {
    if (lane.start.plannedLast !== null) metrics.storeResentBlocks.inc({ stage });
    return lane.deliveries.pipe(
      dropSeen(
        lane.start,
        delivery => originOf(delivery.value.headers),
        () => metrics.discardedEvents.inc({ intentional: 'true', reason: 'duplicate', stage }),
      ),
      blocks({
        maxItems: flushRows,
        // A block must fit in the credit, or it would wait for messages that can't come.
        maxBytes: Math.min(flushBytes, creditBytes / 2),
        lingerMs: flushSecs * 1000,
        plannedLast: lane.start.plannedLast,
      }),
      concatMap(block => insertBlock(block, lane, options, store, context)),
    );
  };

  const consumption = await consumeInputs(context, inputs, pipeline);
  return {
    inputs,
    consumes: true,
    detail: null,
    isBusy: async () => false,
    waiting: false,
    get lanes() {
      return consumption.lanes;
    },
    done: consumption.done,
    stop: () => consumption.stop(),
  };
}

async function insertBlock(
  block: readonly Delivery<Message>[],
  lane: Lane,
  { outputs }: StoreStageOptions,
  store: RecordStore,
  context: StageContext,
): Promise<void> {
  const { name: stage, metrics, backoff, log, now, observer } = context;
  const dead: { readonly message: Message; readonly error: PlantsenseError }[] = [];
  const messages = new Map<number, Message>();
  const records: StoredRecord[] = [];
  for (const { value: message, offset } of block) {
    metrics.receivedEvents.inc({ stage });
    metrics.receivedBytes.inc({ stage }, message.value?.byteLength ?? 0);
    // A tombstone deletes a key of a compacted topic: it says nothing to store.
    if (message.value === null) continue;
    try {
      records.push({ record: decodeAny(message.value), partition: lane.partition, offset });
      messages.set(offset, message);
    } catch (error) {
      if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
      dead.push({ message, error });
    }
  }
  const lastOffset = block.at(-1)!.offset;
  const bounds: BlockBounds = {
    incarnation: lane.incarnation,
    partition: lane.partition,
    firstOffset: block[0]!.offset,
    lastOffset,
  };
  const rowBlocks = store.blocksOf(records, bounds, ({ offset }, error) => {
    dead.push({ message: messages.get(offset)!, error });
  });

  const onRetry = (thrown: unknown) => {
    const error = toPlantsenseError(thrown);
    metrics.retries.inc({ error_type: error.code, stage });
    log.warn(
      { code: error.code, topic: lane.topic },
      `Storing is tried again: ${error.message} ${error.action}`,
    );
  };
  const { over: signal } = lane;
  const planned = await retrying(() => lane.commit(lastOffset), { backoff, signal, onRetry });
  if (planned === 'committed') observer.committed?.(lane);
  if (planned === 'fenced') {
    // Another member has the partition now and plans its own block.
    observer.commitFenced?.(lane);
    return;
  }
  // In the order of the log, as consumers expect of a source.
  dead.sort((a, b) => a.message.offset - b.message.offset);
  await sendDeadLetters(dead, outputs.deadLetter, lane, context, onRetry);
  for (const rows of rowBlocks) {
    const startMs = now();
    await retrying(() => rows.insert(), {
      backoff,
      signal,
      onRetry: error => {
        metrics.storeInsertErrors.inc({
          error_type: toPlantsenseError(error).code,
          stage,
          table: rows.table,
        });
        onRetry(error);
      },
    });
    metrics.storeInsertSeconds.observe({ stage, table: rows.table }, (now() - startMs) / 1000);
    metrics.storeInsertedRows.inc({ stage, table: rows.table }, rows.rows);
    metrics.storeInsertRows.observe({ stage, table: rows.table }, rows.rows);
  }
  for (const { ack } of block) ack.done();
}

async function sendDeadLetters(
  dead: readonly { readonly message: Message; readonly error: PlantsenseError }[],
  topic: string,
  lane: Lane,
  { name: stage, producer, backoff, metrics, log }: StageContext,
  onRetry: (error: unknown) => void,
): Promise<void> {
  if (dead.length === 0) return;
  const source = originSource(stage, lane.topic, lane.incarnation, lane.partition);
  const messages = dead.map(({ message, error }) => {
    metrics.errors.inc({ error_type: error.code, stage });
    metrics.discardedEvents.inc({ intentional: 'false', reason: 'dead_letter', stage });
    log.warn(
      { code: error.code, topic: lane.topic, offset: message.offset },
      `A record became a dead letter: ${error.message}`,
    );
    const { key, value }: Outgoing = deadLetter(topic, message, error, { stage });
    const headers = originHeaders({ source, offset: message.offset, index: 0 });
    return { key, value, headers };
  });
  const send = (some: typeof messages) =>
    retrying(() => producer.send(topic, some), { backoff, onRetry, signal: lane.over });
  try {
    await send(messages);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    // Nothing of the call was appended: one by one, all but the large one pass, and it blocks nobody.
    for (const message of messages) {
      await send([message]).catch(refusal => {
        if (!isTooLarge(refusal)) throw refusal;
        metrics.errors.inc({ error_type: refusal.code, stage });
        log.error(
          { code: refusal.code, topic, key: message.key },
          `A dead letter was left out: ${refusal.message} ${refusal.action}`,
        );
      });
    }
  }
}

function isTooLarge(error: unknown): error is PlantsenseError {
  return error instanceof PlantsenseError && error.code === 'MESSAGE_TOO_LARGE';
}
