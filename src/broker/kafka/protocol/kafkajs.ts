/**
 * The one file that reaches into kafkajs. Its client classes are not used (docs/decisions/0004-kafka-client.md says why);
 * its codecs of the wire protocol and its SASL handshakes are, and they are typed here. The package is pinned to an exact
 * version for that reason.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export interface WireEncoder {
  readonly buffer: Buffer;
  writeInt8(value: number): this;
  writeInt16(value: number): this;
  writeInt32(value: number): this;
  writeInt64(value: number | bigint): this;
  writeBoolean(value: boolean): this;
  writeString(value: string | null): this;
  writeBytes(value: Buffer | null): this;
  writeUVarInt(value: number): this;
  writeUVarIntString(value: string | null): this;
  writeBuffer(value: Buffer): this;
  writeEncoder(value: WireEncoder): this;
  /** Int32 count, then each encoder's bytes. */
  writeArray(values: readonly WireEncoder[]): this;
}

export interface WireDecoder {
  offset: number;
  readInt8(): number;
  readInt16(): number;
  readInt32(): number;
  readInt64(): bigint;
  readBoolean(): boolean;
  readString(): string | null;
  readUVarInt(): number;
  readUVarIntString(): string | null;
  /** Int32 length first when no length is given. */
  readBytes(length?: number): Buffer | null;
  readArray<T>(read: (decoder: WireDecoder) => T): T[];
}

export const Encoder = require('kafkajs/src/protocol/encoder') as new (initialSize?: number) => WireEncoder;
export const Decoder = require('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => WireDecoder;

/** A request and the decoder of its response, of the newest version that both sides know. */
export interface KafkajsExchange {
  readonly request: {
    readonly apiKey: number;
    readonly apiName: string;
    readonly apiVersion: number;
    encode(): Promise<WireEncoder>;
  };
  readonly response: { decode(body: Buffer): Promise<unknown> };
}

export type ApiVersions = Readonly<
  Record<number, { readonly minVersion: number; readonly maxVersion: number }>
>;

interface Definition {
  readonly versions: readonly string[];
}
type Build = (args: object) => KafkajsExchange;

const protocol = require('kafkajs/src/protocol/requests') as {
  readonly requests: Readonly<Record<string, Definition>>;
  lookup(versions: ApiVersions): (apiKey: number, definition: Definition) => Build;
};
const apiKeys = require('kafkajs/src/protocol/requests/apiKeys') as Readonly<Record<string, number>>;

/** The messages of kafkajs that we use; each is decoded only, so that every partition keeps its own error code. */
export type KafkajsApi =
  | 'ListOffsets'
  | 'OffsetFetch'
  | 'GroupCoordinator'
  | 'JoinGroup'
  | 'Heartbeat'
  | 'LeaveGroup'
  | 'SyncGroup'
  | 'CreateTopics'
  | 'DeleteTopics'
  | 'DeleteRecords'
  | 'InitProducerId'
  | 'DescribeConfigs'
  | 'CreatePartitions'
  | 'DescribeGroups';

export function kafkajsExchange(api: KafkajsApi, versions: ApiVersions, args: object): KafkajsExchange {
  return protocol.lookup(versions)(apiKeys[api]!, protocol.requests[api]!)(args);
}

/** The exchange that asks a broker which versions it speaks; sent before anything else is known. */
export const apiVersionsExchange = (): KafkajsExchange =>
  protocol.lookup({ 18: { minVersion: 0, maxVersion: 0 } })(18, protocol.requests.ApiVersions!)({});

export interface SaslConnection {
  readonly host: string;
  readonly port: number;
  readonly sasl: { mechanism: string; username: string; password: string };
  /** Sends and parses; kafkajs throws its own error when the broker refuses. */
  send(
    exchange: KafkajsExchange & { response: { parse(data: unknown): Promise<unknown> } },
  ): Promise<unknown>;
}

interface SaslLogger {
  namespace(): SaslLogger;
  debug(message: string): void;
  error(message: string): void;
}

export const SaslAuthenticator = require('kafkajs/src/broker/saslAuthenticator') as new (
  connection: SaslConnection,
  logger: SaslLogger,
  versions: ApiVersions,
  supportsSaslAuthenticate: boolean,
) => { readonly sessionLifetime: string; authenticate(): Promise<void> };

const errorTable = require('kafkajs/src/protocol/error') as {
  readonly errorCodes: readonly { type: string; code: number; message: string }[];
};

/** Kafka's name and text of an error code. */
export function describeErrorCode(code: number): { readonly name: string; readonly text: string } {
  const known = errorTable.errorCodes.find(entry => entry.code === code);
  return known === undefined
    ? { name: `ERROR_${code}`, text: `error code ${code}` }
    : { name: known.type, text: known.message };
}
