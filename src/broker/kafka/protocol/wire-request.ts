import { PlantsenseError } from '../../../errors.js';
import { type ApiVersions, Decoder, type KafkajsApi, kafkajsExchange, type WireDecoder } from './kafkajs.js';

/** One request of the Kafka protocol, ready for a connection, and how to read its response. */
export interface WireRequest<Response> {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  /** Flexible versions (KIP-482) have tagged fields in both headers. */
  readonly flexible: boolean;
  /** The body in pieces, so that large records are written without a copy. */
  encode(): Promise<readonly Buffer[]>;
  decode(body: Buffer): Promise<Response>;
}

/** Chosen per connection, since brokers of one cluster may differ in version. */
export type RequestBuilder<Response> = (versions: ApiVersions) => WireRequest<Response>;

/** A message that kafkajs encodes and decodes. */
export function kafkajsRequest<Response>(api: KafkajsApi, args: object): RequestBuilder<Response> {
  return versions => {
    const { request, response } = kafkajsExchange(api, versions, args);
    return {
      apiKey: request.apiKey,
      apiName: request.apiName,
      apiVersion: request.apiVersion,
      flexible: false,
      encode: async () => [(await request.encode()).buffer],
      decode: body => response.decode(body) as Promise<Response>,
    };
  };
}

interface OwnRequest<Response> {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  readonly flexible: boolean;
  encode(): readonly Buffer[];
  decode(decoder: WireDecoder): Response;
}

/**
 * A message of ours, in exactly one version.
 * @throws PlantsenseError BROKER_UNSUPPORTED (when built) if the broker does not speak that version
 */
export function ownRequest<Response>(own: OwnRequest<Response>): RequestBuilder<Response> {
  return versions => {
    const range = versions[own.apiKey];
    if (range === undefined || own.apiVersion < range.minVersion || own.apiVersion > range.maxVersion) {
      const speaks = range === undefined ? 'none' : `${range.minVersion} to ${range.maxVersion}`;
      throw new PlantsenseError(
        'BROKER_UNSUPPORTED',
        `The broker does not speak ${own.apiName} version ${own.apiVersion} (it speaks ${speaks}).`,
      );
    }
    return {
      apiKey: own.apiKey,
      apiName: own.apiName,
      apiVersion: own.apiVersion,
      flexible: own.flexible,
      encode: async () => own.encode(),
      decode: async body => own.decode(new Decoder(body)),
    };
  };
}
