import { PlantsenseError } from '../../errors.js';
import type { Message, PartitionReader, TopicPartition } from '../port.js';
import type { Core, Ownership, ReadRequest } from './core.js';
import type { Cursor } from './log-reader.js';
import { decodeMessages } from './record.js';

export interface ReaderStart extends TopicPartition {
  readonly offset: number;
  readonly highWatermark: number;
  readonly owner?: Ownership;
  readonly onExpiredOffset?: 'fail' | 'earliest';
}

/** Reads a partition through a core. Keeps nothing but the position, so that there is nothing to lose. */
export class CoreReader implements PartitionReader {
  readonly topic: string;
  readonly partition: number;
  position: number;
  highWatermark: number;
  lostOffsets = 0;
  private readonly core: Core;
  private readonly start: ReaderStart;
  private cursor: Cursor | undefined;
  private fetching = false;

  constructor(core: Core, start: ReaderStart) {
    this.core = core;
    this.start = start;
    this.topic = start.topic;
    this.partition = start.partition;
    this.position = start.offset;
    this.highWatermark = start.highWatermark;
  }

  async fetch(maxBytes: number, signal: AbortSignal): Promise<readonly Message[]> {
    if (this.fetching) {
      throw new PlantsenseError('INTERNAL', `${this.topic}-${this.partition} is being fetched already.`);
    }
    this.fetching = true;
    try {
      for (;;) {
        const result = await this.read(maxBytes, signal);
        if (result === 'again') continue;
        if (result === null) return [];
        this.position = result.nextOffset;
        this.highWatermark = Math.max(this.highWatermark, result.highWatermark);
        this.cursor = result.cursor;
        return decodeMessages(result.bytes, this.topic, this.partition);
      }
    } finally {
      this.fetching = false;
    }
  }

  seek(offset: number): void {
    this.position = offset;
    this.cursor = undefined;
  }

  private async read(maxBytes: number, signal: AbortSignal) {
    const { topic, partition, position, cursor } = this;
    const { owner } = this.start;
    const request: ReadRequest = {
      topic,
      partition,
      offset: position,
      maxBytes,
      ...(cursor && { cursor }),
      ...(owner && { owner }),
    };
    try {
      return await this.core.read(request, signal);
    } catch (error) {
      const expired = error instanceof PlantsenseError && error.code === 'OFFSET_OUT_OF_RANGE';
      if (!expired || this.start.onExpiredOffset !== 'earliest') throw error;
      const { earliest } = (await this.core.offsets(topic))[partition]!;
      // Beyond the end there is nothing to go on with.
      if (earliest <= position) throw error;
      this.lostOffsets += earliest - position;
      this.seek(earliest);
      return 'again';
    }
  }
}
