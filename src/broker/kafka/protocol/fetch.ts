import { readCompactArray, readCompactBytes, readUuid, skipTags, uuidBytes } from './flexible.js';
import { Encoder, type WireDecoder } from './kafkajs.js';
import { ownRequest, type RequestBuilder } from './wire-request.js';

export interface FetchArguments {
  /** By id, so that a topic which was deleted and made again is never mistaken for the old one. */
  readonly topicId: string;
  readonly partition: number;
  readonly offset: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
}

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface FetchedPartition {
  readonly errorCode: number;
  /** The end of the log as far as a consumer of committed records sees it. */
  readonly lastStableOffset: number;
  readonly abortedTransactions: readonly AbortedTransaction[];
  /** Record batches; the last one may be cut off. */
  readonly records: Buffer;
}

const READ_COMMITTED = 1;

const readAborted = (d: WireDecoder): AbortedTransaction => {
  const aborted = { producerId: d.readInt64(), firstOffset: Number(d.readInt64()) };
  skipTags(d);
  return aborted;
};

const readPartition = (d: WireDecoder): FetchedPartition => {
  d.readInt32(); // partition
  const errorCode = d.readInt16();
  d.readInt64(); // high watermark
  const lastStableOffset = Number(d.readInt64());
  d.readInt64(); // log start
  const abortedTransactions = readCompactArray(d, readAborted);
  d.readInt32(); // preferred replica
  const records = readCompactBytes(d);
  skipTags(d);
  return { errorCode, lastStableOffset, abortedTransactions, records };
};

/** Fetch version 13 of one partition, without a fetch session, of committed records only. */
export function fetchRequest(at: FetchArguments): RequestBuilder<FetchedPartition> {
  return ownRequest({
    apiKey: 1,
    apiName: 'Fetch',
    apiVersion: 13,
    flexible: true,
    encode: () => [
      new Encoder()
        .writeInt32(-1) // we are no replica
        .writeInt32(at.maxWaitMs)
        .writeInt32(1) // answer as soon as there is a byte
        .writeInt32(at.maxBytes)
        .writeInt8(READ_COMMITTED)
        .writeInt32(0) // no session
        .writeInt32(-1)
        .writeUVarInt(2) // one topic
        .writeBuffer(uuidBytes(at.topicId))
        .writeUVarInt(2) // one partition
        .writeInt32(at.partition)
        .writeInt32(-1) // leader epoch unknown
        .writeInt64(at.offset)
        .writeInt32(-1) // last fetched epoch unknown
        .writeInt64(-1) // log start: for replicas
        .writeInt32(at.maxBytes)
        .writeUVarInt(0)
        .writeUVarInt(0)
        .writeUVarInt(1) // no forgotten topics
        .writeUVarIntString('') // no rack
        .writeUVarInt(0).buffer,
    ],
    decode: d => {
      d.readInt32(); // throttle time
      const errorCode = d.readInt16();
      d.readInt32(); // session
      const topics = readCompactArray(d, topic => {
        readUuid(topic);
        const partitions = readCompactArray(topic, readPartition);
        skipTags(topic);
        return partitions;
      });
      const fetched = topics[0]?.[0];
      if (fetched !== undefined && errorCode === 0) return fetched;
      return { errorCode, lastStableOffset: -1, abortedTransactions: [], records: Buffer.alloc(0) };
    },
  });
}
