import { Encoder } from './kafkajs.js';
import { kafkajsRequest, ownRequest, type RequestBuilder } from './wire-request.js';

/** The two timestamps with a meaning of their own in ListOffsets. */
export const LATEST = -1;
export const EARLIEST = -2;

const READ_COMMITTED = 1;

interface TopicResponses<Partition> {
  readonly responses: readonly { readonly topic: string; readonly partitions: readonly Partition[] }[];
}

/** First offset at or after a time (milliseconds), or LATEST, or EARLIEST. The answer's offset is -1 for none. */
export const listOffsetsRequest = (
  topic: string,
  partitions: readonly number[],
  timestamp: number,
): RequestBuilder<
  TopicResponses<{ readonly partition: number; readonly errorCode: number; readonly offset: string }>
> =>
  kafkajsRequest('ListOffsets', {
    replicaId: -1,
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: partitions.map(partition => ({ partition, timestamp })) }],
  });

/** A group's commits. The answer's offset is -1 for none. */
export const offsetFetchRequest = (
  groupId: string,
  topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
): RequestBuilder<
  TopicResponses<{
    readonly partition: number;
    readonly offset: string;
    readonly metadata: string | null;
    readonly errorCode: number;
  }> & { readonly errorCode: number }
> =>
  kafkajsRequest('OffsetFetch', {
    groupId,
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(partition => ({ partition })),
    })),
  });

export interface OffsetCommitArguments {
  readonly groupId: string;
  /** -1 and an empty `memberId` commit for a group without members. */
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly offset: number;
    readonly metadata: string;
  }[];
}

/** OffsetCommit version 7, the first that fences static members; kafkajs ends at 5. Answers the first error, or 0. */
export function offsetCommitRequest(commit: OffsetCommitArguments): RequestBuilder<number> {
  return ownRequest({
    apiKey: 8,
    apiName: 'OffsetCommit',
    apiVersion: 7,
    flexible: false,
    encode: () => {
      const body = new Encoder()
        .writeString(commit.groupId)
        .writeInt32(commit.generationId)
        .writeString(commit.memberId)
        .writeString(commit.groupInstanceId)
        .writeInt32(1)
        .writeString(commit.topic)
        .writeInt32(commit.partitions.length);
      for (const { partition, offset, metadata } of commit.partitions) {
        body.writeInt32(partition).writeInt64(offset).writeInt32(-1).writeString(metadata);
      }
      return [body.buffer];
    },
    decode: d => {
      d.readInt32(); // throttle time
      const codes = d.readArray(topic => {
        topic.readString();
        return topic.readArray(p => {
          p.readInt32();
          return p.readInt16();
        });
      });
      return codes.flat().find(code => code !== 0) ?? 0;
    },
  });
}
