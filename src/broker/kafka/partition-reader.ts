import { PlantsenseError } from '../../errors.js';
import type { Message, PartitionReader, TopicPartition } from '../port.js';
import { orAborted } from './abort.js';
import { MessageQueue } from './message-queue.js';
import type { Cluster } from './network/cluster.js';
import type { Connection } from './network/connection.js';
import { findOffsets } from './offsets.js';
import { CODE, check, KafkaCodeError } from './protocol/error-codes.js';
import { type FetchedPartition, fetchRequest } from './protocol/fetch.js';
import { decodeRecords } from './protocol/records.js';

/** Beyond this a broker would not answer, whatever is asked for. */
const MAX_FETCH_BYTES = 64 * 1024 * 1024;

interface Flight {
  readonly offset: number;
  readonly response: Promise<FetchedPartition>;
}

export interface ReaderOptions {
  /** The topic's id, as its incarnation. */
  readonly topicId: string;
  readonly position: number;
  readonly onExpiredOffset: 'fail' | 'earliest';
  /** Called when the partition's topic is not there any more, or is another one by the same name. */
  readonly onTopicGone?: () => void;
}

/**
 * Pulls one partition over a connection of its own. There is a request under way only while someone waits in `fetch`,
 * or after such a wait was aborted: then its response, no more than was asked for, waits for the next call.
 */
export class KafkaPartitionReader implements PartitionReader {
  readonly topic: string;
  readonly partition: number;
  readonly #cluster: Cluster;
  readonly #options: ReaderOptions;
  readonly #queue = new MessageQueue();
  #endedBy: PlantsenseError | null = null;
  #position: number;
  /** The position once the queue is empty. */
  #afterQueue = 0;
  #highWatermark: number;
  #lostOffsets = 0;
  #connection: Connection | null = null;
  #flight: Flight | null = null;
  #fetching = false;
  #stop = () => {};

  constructor(cluster: Cluster, at: TopicPartition, options: ReaderOptions) {
    this.topic = at.topic;
    this.partition = at.partition;
    this.#cluster = cluster;
    this.#options = options;
    this.#position = options.position;
    this.#highWatermark = options.position;
  }

  get position(): number {
    return this.#position;
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  get lostOffsets(): number {
    return this.#lostOffsets;
  }

  seek(offset: number): void {
    this.#position = offset;
    this.#queue.clear();
  }

  async fetch(maxBytes: number, signal: AbortSignal): Promise<readonly Message[]> {
    if (this.#fetching) throw new PlantsenseError('INTERNAL', `Two fetches of ${this.#name} at once.`);
    this.#fetching = true;
    // By hand: AbortSignal.any keeps what it made as long as the signals live, and they outlive many fetches.
    const stop = new AbortController();
    const abort = () => stop.abort();
    this.#stop = abort;
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      return await this.#fetch(maxBytes, stop.signal);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#stop = () => {};
      this.#fetching = false;
    }
  }

  /** Ends the reader: a fetch that waits and all later ones are rejected with `error`. */
  end(error: PlantsenseError): void {
    if (this.#endedBy !== null) return;
    this.#endedBy = error;
    this.#queue.clear();
    this.#stop();
    this.#disconnect();
  }

  get #name(): string {
    return `${this.topic}-${this.partition}`;
  }

  async #fetch(maxBytes: number, stop: AbortSignal): Promise<readonly Message[]> {
    for (;;) {
      if (this.#endedBy !== null) throw this.#endedBy;
      if (stop.aborted) return [];
      if (!this.#queue.isEmpty) break;
      try {
        await this.#cluster.retry(`Fetching ${this.#name}`, () => this.#fill(maxBytes, stop), {
          signal: stop,
          reset: () => this.#startAfresh(),
        });
      } catch (error) {
        if (!stop.aborted) throw error;
      }
    }
    const messages = this.#queue.take(maxBytes);
    this.#position = this.#queue.isEmpty ? this.#afterQueue : this.#queue.firstOffset;
    return messages;
  }

  /** Waits for one response and puts its messages in the queue. Returns with an empty queue when there were none. */
  async #fill(maxBytes: number, stop: AbortSignal): Promise<void> {
    const fetched = await orAborted(this.#takeOff(maxBytes).response, stop);
    if (fetched === null) return; // the flight goes on, for the next call
    this.#flight = null;
    if (fetched.errorCode === CODE.OFFSET_OUT_OF_RANGE) return this.#leaveTheGap();
    check(fetched.errorCode, `Fetching ${this.#name}`);
    const { messages, nextOffset } = decodeRecords(
      this,
      fetched.records,
      this.#position,
      fetched.abortedTransactions,
    );
    this.#highWatermark = Math.max(this.#highWatermark, fetched.lastStableOffset);
    this.#queue.fill(messages);
    this.#afterQueue = nextOffset;
    // Gaps that compaction left, and what transactions left behind, count as read.
    this.#position = messages[0]?.offset ?? nextOffset;
  }

  /** The request that is under way for the position, or a new one. */
  #takeOff(maxBytes: number): Flight {
    if (this.#flight !== null && this.#flight.offset !== this.#position) this.#disconnect();
    if (this.#flight !== null) return this.#flight;
    const offset = this.#position;
    const isWanted = () => this.#flight?.response === response;
    const response: Promise<FetchedPartition> = this.#request(offset, maxBytes, () => isWanted());
    const flight = { offset, response };
    this.#flight = flight;
    // Nobody may be waiting when it fails; whoever fetches next starts another.
    response.catch(() => {
      if (this.#flight === flight) this.#flight = null;
    });
    return flight;
  }

  async #request(offset: number, maxBytes: number, isWanted: () => boolean): Promise<FetchedPartition> {
    const connection = this.#connection?.usable ? this.#connection : await this.#connect();
    if (connection !== this.#connection) {
      // While this one opened, the position moved or the reader ended.
      if (!isWanted()) {
        connection.close();
        throw new KafkaCodeError(CODE.NOT_LEADER, `Fetching ${this.#name}`);
      }
      this.#connection = connection;
    }
    const { fetchWaitMs, retryBudgetMs } = this.#cluster.settings;
    const request = fetchRequest({
      topicId: this.#options.topicId,
      partition: this.partition,
      offset,
      maxBytes: Math.min(Math.max(1, Math.floor(maxBytes)), MAX_FETCH_BYTES),
      maxWaitMs: fetchWaitMs,
    });
    return connection.request(request, fetchWaitMs + retryBudgetMs);
  }

  async #connect(): Promise<Connection> {
    await this.#checkIncarnation();
    const { leader } = await this.#cluster.leader(this.topic, this.partition);
    return this.#cluster.open(leader);
  }

  async #checkIncarnation(): Promise<void> {
    const topic = (await this.#cluster.describe([this.topic])).topics[0];
    if (topic?.topicId === this.#options.topicId) return;
    this.#options.onTopicGone?.();
    // Retriable: a broker that has just started may not know yet.
    throw new KafkaCodeError(CODE.UNKNOWN_TOPIC_ID, `Fetching ${this.#name}`);
  }

  /** Retention was faster than we were; or the log was cut at its end, which nothing mends here. */
  async #leaveTheGap(): Promise<void> {
    const ask = async (what: 'earliest' | 'latest') =>
      (await findOffsets(this.#cluster, this.topic, [this.partition], what)).get(this.partition) ?? 0;
    const [earliest, latest] = await Promise.all([ask('earliest'), ask('latest')]);
    // Beyond the end there is nothing to go on with.
    if (this.#options.onExpiredOffset === 'fail' || earliest <= this.#position) {
      throw new PlantsenseError(
        'OFFSET_OUT_OF_RANGE',
        `${this.#name} holds offsets ${earliest} to ${latest}; ${this.#position} was to be read.`,
      );
    }
    const lost = earliest - this.#position;
    this.#lostOffsets += lost;
    this.#cluster.environment.log('warn', `${this.#name}: offsets were lost`, {
      lost,
      from: this.#position,
      earliest,
    });
    this.#position = earliest;
  }

  #startAfresh(): void {
    this.#disconnect();
    this.#cluster.forget(this.topic);
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#flight = null;
  }
}
