import { Decoder, Encoder } from './kafkajs.js';
import { kafkajsRequest, type RequestBuilder } from './wire-request.js';

/** The group protocol's type, which lets Kafka's own tools show who owns what. */
const PROTOCOL_TYPE = 'consumer';

export const findCoordinatorRequest = (
  group: string,
): RequestBuilder<{
  readonly errorCode: number;
  readonly coordinator: { readonly nodeId: number; readonly host: string; readonly port: number };
}> => kafkajsRequest('GroupCoordinator', { groupId: group });

export interface MemberIdentity {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export interface JoinArguments extends MemberIdentity {
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** Name of the assignment strategy; all members of a group must share it. */
  readonly protocol: string;
  readonly subscription: Buffer;
}

export interface JoinResponse {
  readonly errorCode: number;
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** Filled for the leader only. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

export const joinGroupRequest = (join: JoinArguments): RequestBuilder<JoinResponse> =>
  kafkajsRequest('JoinGroup', {
    ...join,
    sessionTimeout: join.sessionTimeoutMs,
    rebalanceTimeout: join.rebalanceTimeoutMs,
    protocolType: PROTOCOL_TYPE,
    groupProtocols: [{ name: join.protocol, metadata: join.subscription }],
  });

export const syncGroupRequest = (
  member: MemberIdentity,
  generationId: number,
  assignments: ReadonlyMap<string, Buffer>,
): RequestBuilder<{ readonly errorCode: number; readonly memberAssignment: Buffer | null }> =>
  kafkajsRequest('SyncGroup', {
    ...member,
    generationId,
    groupAssignment: [...assignments].map(([memberId, memberAssignment]) => ({ memberId, memberAssignment })),
  });

export const heartbeatRequest = (
  member: MemberIdentity,
  groupGenerationId: number,
): RequestBuilder<{ readonly errorCode: number }> =>
  kafkajsRequest('Heartbeat', { ...member, groupGenerationId });

export const leaveGroupRequest = (member: MemberIdentity): RequestBuilder<{ readonly errorCode: number }> =>
  kafkajsRequest('LeaveGroup', { ...member, members: [member] });

export type TopicPartitions = ReadonlyMap<string, readonly number[]>;

/** What a member tells the leader: what it reads, and what it owns since which generation (KIP-429, KIP-792). */
export interface Subscription {
  readonly topics: readonly string[];
  readonly owned: TopicPartitions;
  readonly generationId: number;
}

const writeTopicPartitions = (partitions: TopicPartitions) =>
  [...partitions].map(([topic, numbers]) =>
    new Encoder().writeString(topic).writeArray(numbers.map(n => new Encoder(4).writeInt32(n))),
  );

const readTopicPartitions = (decoder: InstanceType<typeof Decoder>): TopicPartitions =>
  new Map(decoder.readArray(d => [d.readString() ?? '', d.readArray(p => p.readInt32())] as const));

/** Kafka's ConsumerProtocolSubscription, version 2. */
export const encodeSubscription = (subscription: Subscription): Buffer =>
  new Encoder()
    .writeInt16(2)
    .writeArray(subscription.topics.map(topic => new Encoder().writeString(topic)))
    .writeBytes(null)
    .writeArray(writeTopicPartitions(subscription.owned))
    .writeInt32(subscription.generationId).buffer;

export function decodeSubscription(bytes: Buffer): Subscription {
  const decoder = new Decoder(bytes);
  decoder.readInt16(); // version: the strategy's name stands for it
  const topics = decoder.readArray(d => d.readString() ?? '');
  decoder.readBytes(); // user data
  return { topics, owned: readTopicPartitions(decoder), generationId: decoder.readInt32() };
}

/** Kafka's ConsumerProtocolAssignment, version 0. */
export const encodeAssignment = (assignment: TopicPartitions): Buffer =>
  new Encoder().writeInt16(0).writeArray(writeTopicPartitions(assignment)).writeBytes(null).buffer;

/** An empty answer is an empty assignment. */
export function decodeAssignment(bytes: Buffer | null): TopicPartitions {
  if (bytes === null || bytes.length === 0) return new Map();
  const decoder = new Decoder(bytes);
  decoder.readInt16();
  return readTopicPartitions(decoder);
}
