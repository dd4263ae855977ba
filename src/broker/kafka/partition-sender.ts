import { PlantsenseError } from '../../errors.js';
import type { TopicPartition } from '../port.js';
import type { Cluster } from './network/cluster.js';
import { CODE, check, KafkaCodeError } from './protocol/error-codes.js';
import { initProducerIdRequest, type ProducerIdentity, produceRequest } from './protocol/produce.js';
import {
  BATCH_OVERHEAD,
  type EncodableRecord,
  encodeRecordBatch,
  recordSizeBound,
} from './protocol/record-batch.js';
import type { TopicLimits } from './topic-limits.js';

interface Waiting {
  readonly records: readonly EncodableRecord[];
  /** How many of them are appended. */
  done: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** A batch waits for nobody, but what has gathered meanwhile goes in one, up to this. */
const GOOD_BATCH_BYTES = 1024 * 1024;
/** The broker's own limit on how long it may wait for its replicas. */
const REPLICATION_TIMEOUT_MS = 10_000;
/** A broker handles one request of a connection at a time, and a batch waits there for the replicas. */
const CONNECTIONS = 4;
const MAX_SEQUENCE = 2 ** 31;
/** The producer's place in the log is not what the broker remembers: only a new identity helps. */
const IDENTITY_LOST: ReadonlySet<number> = new Set([
  CODE.OUT_OF_ORDER_SEQUENCE,
  CODE.INVALID_PRODUCER_EPOCH,
  CODE.UNKNOWN_PRODUCER_ID,
]);

const isTooLarge = (error: unknown): boolean =>
  error instanceof PlantsenseError && error.code === 'MESSAGE_TOO_LARGE';

/**
 * Appends to one partition: one batch under way at a time, so that nothing overtakes; a batch is repeated byte by byte
 * until the broker has it, and the broker drops what it had already (idempotent producer, KIP-98).
 */
export class PartitionSender {
  readonly #cluster: Cluster;
  readonly #at: TopicPartition;
  readonly #limits: TopicLimits;
  readonly #waiting: Waiting[] = [];
  #identity: ProducerIdentity | null = null;
  #sequence = 0;
  #mostRecords = Number.POSITIVE_INFINITY;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(cluster: Cluster, at: TopicPartition, limits: TopicLimits) {
    this.#cluster = cluster;
    this.#at = at;
    this.#limits = limits;
  }

  /** Resolves when all are durable. Records must fit the topic's limit one by one. */
  send(records: readonly EncodableRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, done: 0, resolve, reject });
      if (!this.#isRunning) this.#running = this.#run();
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const batch: EncodableRecord[] = [];
      try {
        await this.#gather(batch);
        await this.#append(batch);
        this.#settle(batch.length);
        this.#mostRecords = Number.POSITIVE_INFINITY;
      } catch (error) {
        if (isTooLarge(error) && batch.length > 1) {
          // The topic's limit was lowered. Nothing was appended: go on with smaller batches.
          this.#mostRecords = batch.length >>> 1;
          await this.#limits.refresh(this.#at.topic).catch(() => {});
          continue;
        }
        // Whether the batch was appended is unknown, so its place in the sequence is, too.
        this.#identity = null;
        this.#fail(batch.length, error);
      }
    }
    this.#isRunning = false;
  }

  /** The next records, of one call or several, that fit in a batch. */
  async #gather(batch: EncodableRecord[]): Promise<void> {
    const limit = Math.min(await this.#limits.get(this.#at.topic), GOOD_BATCH_BYTES);
    let bytes = BATCH_OVERHEAD;
    for (const { records, done } of this.#waiting) {
      for (let i = done; i < records.length; i++) {
        bytes += recordSizeBound(records[i]!);
        if (batch.length > 0 && (bytes > limit || batch.length >= this.#mostRecords)) return;
        batch.push(records[i]!);
      }
    }
  }

  #settle(appended: number): void {
    let left = appended;
    while (left > 0) {
      const first = this.#waiting[0]!;
      const count = Math.min(left, first.records.length - first.done);
      first.done += count;
      left -= count;
      if (first.done < first.records.length) return;
      this.#waiting.shift();
      first.resolve();
    }
  }

  /** Rejects every call that has records in the failed batch; the calls behind them are tried on. */
  #fail(failed: number, error: unknown): void {
    let left = Math.max(1, failed);
    while (left > 0 && this.#waiting.length > 0) {
      const first = this.#waiting.shift()!;
      left -= first.records.length - first.done;
      first.reject(error);
    }
  }

  async #append(records: readonly EncodableRecord[]): Promise<void> {
    const { topic, partition } = this.#at;
    const what = `Sending to ${topic}-${partition}`;
    let bytes: Buffer | null = null;
    await this.#cluster.retry(
      what,
      async () => {
        this.#identity ??= await this.#newIdentity();
        bytes ??= encodeRecordBatch(records, this.#identity, this.#sequence);
        const code = await this.#produce(bytes);
        if (IDENTITY_LOST.has(code)) {
          this.#identity = null;
          bytes = null;
          throw new PlantsenseError('BROKER_UNAVAILABLE', `${what}: the broker has forgotten this producer.`);
        }
        check(code, what, CODE.DUPLICATE_SEQUENCE);
      },
      {
        budgetMs: this.#cluster.settings.deliveryTimeoutMs,
        reset: () => this.#cluster.forget(topic),
      },
    );
    this.#sequence = (this.#sequence + records.length) % MAX_SEQUENCE;
  }

  async #produce(batch: Buffer): Promise<number> {
    const { topic, partition } = this.#at;
    const { leader } = await this.#cluster.leader(topic, partition);
    const connection = await this.#cluster.connection(leader, `produce ${partition % CONNECTIONS}`);
    const { deliveryTimeoutMs } = this.#cluster.settings;
    const request = produceRequest(topic, partition, batch, REPLICATION_TIMEOUT_MS);
    return (await connection.request(request, Math.min(deliveryTimeoutMs, 2 * REPLICATION_TIMEOUT_MS)))
      .errorCode;
  }

  async #newIdentity(): Promise<ProducerIdentity> {
    const { errorCode, producerId, producerEpoch } = await this.#cluster.any(initProducerIdRequest());
    if (errorCode !== CODE.NONE) throw new KafkaCodeError(errorCode, 'Asking for a producer id');
    this.#sequence = 0;
    return { producerId: BigInt(producerId), producerEpoch };
  }
}
