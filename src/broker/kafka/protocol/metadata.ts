import { NO_UUID, readCompactArray, readUuid, skipTags, uuidBytes } from './flexible.js';
import { Encoder, type WireDecoder } from './kafkajs.js';
import { ownRequest, type RequestBuilder } from './wire-request.js';

export interface Node {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface PartitionMetadata {
  readonly partition: number;
  readonly errorCode: number;
  /** -1 while there is none. */
  readonly leader: number;
  readonly replicas: readonly number[];
}

export interface TopicMetadata {
  readonly name: string;
  readonly errorCode: number;
  /** Kafka's own, such as the one that holds the groups' commits. */
  readonly isInternal: boolean;
  /** Given by the cluster at creation: the topic's incarnation. */
  readonly topicId: string;
  readonly partitions: readonly PartitionMetadata[];
}

export interface ClusterMetadata {
  readonly nodes: readonly Node[];
  readonly controllerId: number;
  readonly topics: readonly TopicMetadata[];
}

const readPartition = (d: WireDecoder): PartitionMetadata => {
  const errorCode = d.readInt16();
  const partition = d.readInt32();
  const leader = d.readInt32();
  d.readInt32(); // leader epoch
  const replicas = readCompactArray(d, r => r.readInt32());
  readCompactArray(d, r => r.readInt32()); // in-sync replicas
  readCompactArray(d, r => r.readInt32()); // offline replicas
  skipTags(d);
  return { partition, errorCode, leader, replicas };
};

const readTopic = (d: WireDecoder): TopicMetadata => {
  const errorCode = d.readInt16();
  const name = d.readUVarIntString() ?? '';
  const topicId = readUuid(d);
  const isInternal = d.readBoolean();
  const partitions = readCompactArray(d, readPartition).sort((a, b) => a.partition - b.partition);
  d.readInt32(); // authorized operations
  skipTags(d);
  return { name, errorCode, isInternal, topicId, partitions };
};

const readNode = (d: WireDecoder): Node => {
  const node = { nodeId: d.readInt32(), host: d.readUVarIntString() ?? '', port: d.readInt32() };
  d.readUVarIntString(); // rack
  skipTags(d);
  return node;
};

/**
 * Metadata version 12, the first that kafkajs lacks and that we can't do without: it tells topic ids.
 * @param topics names, or `null` for all
 */
export function metadataRequest(topics: readonly string[] | null): RequestBuilder<ClusterMetadata> {
  return ownRequest({
    apiKey: 3,
    apiName: 'Metadata',
    apiVersion: 12,
    flexible: true,
    encode: () => {
      const body = new Encoder().writeUVarInt(topics === null ? 0 : topics.length + 1);
      for (const name of topics ?? []) {
        body.writeBuffer(uuidBytes(NO_UUID)).writeUVarIntString(name).writeUVarInt(0);
      }
      // Neither create what is missing nor list who may do what.
      return [body.writeBoolean(false).writeBoolean(false).writeUVarInt(0).buffer];
    },
    decode: d => {
      d.readInt32(); // throttle time
      const nodes = readCompactArray(d, readNode);
      d.readUVarIntString(); // cluster id
      const controllerId = d.readInt32();
      return { nodes, controllerId, topics: readCompactArray(d, readTopic) };
    },
  });
}
