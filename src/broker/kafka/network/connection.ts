import type { Socket } from 'node:net';
import type { PlantsenseError } from '../../../errors.js';
import { type ApiVersions, apiVersionsExchange, Encoder } from '../protocol/kafkajs.js';
import type { RequestBuilder, WireRequest } from '../protocol/wire-request.js';
import type { ResolvedSettings } from '../settings.js';
import { FrameReader } from './frame-reader.js';
import { authenticate } from './sasl.js';
import { type Address, openSocket, socketFailure, unavailable } from './socket.js';

interface Pending {
  readonly request: WireRequest<unknown>;
  readonly timer: NodeJS.Timeout;
  resolve(body: Buffer): void;
  reject(error: Error): void;
}

/** A login is renewed by a new connection, after this part of its lifetime. */
const LOGIN_LIFETIME_USED = 0.8;

/**
 * One connection to one broker. Requests may overlap; the broker answers them in order. So a request that the broker
 * holds back (a fetch that waits, a join) holds up all behind it: such requests get connections of their own.
 */
export class Connection {
  readonly address: Address;
  readonly #settings: ResolvedSettings;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  #versions: ApiVersions = {};
  #nextCorrelationId = 1;
  #answers = 0;
  #broken: PlantsenseError | null = null;
  #loginEndsAt = Number.POSITIVE_INFINITY;

  private constructor(address: Address, settings: ResolvedSettings, socket: Socket) {
    this.address = address;
    this.#settings = settings;
    this.#socket = socket;
    const frames = new FrameReader(frame => this.#receive(frame));
    socket.on('data', chunk => {
      try {
        frames.push(chunk);
      } catch (error) {
        this.#break((error as Error).message);
      }
    });
    socket.on('error', error => this.#fail(socketFailure(address, error)));
    socket.on('close', () => this.#break(`the broker closed the connection${this.#hint()}`));
  }

  /**
   * Connects, asks for the versions, logs in.
   * @throws PlantsenseError BROKER_UNAVAILABLE, BROKER_AUTH_FAILED
   */
  static async open(address: Address, settings: ResolvedSettings): Promise<Connection> {
    const connection = new Connection(address, settings, await openSocket(address, settings));
    try {
      await connection.#greet();
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  /** Whether new requests may start here. */
  get usable(): boolean {
    return this.#broken === null && performance.now() < this.#loginEndsAt;
  }

  /**
   * Sends a request and waits for its response. A connection whose request timed out is closed: what the broker does
   * with it is unknown.
   * @throws PlantsenseError BROKER_UNAVAILABLE
   */
  async request<Response>(
    build: RequestBuilder<Response>,
    timeoutMs = this.#settings.retryBudgetMs,
  ): Promise<Response> {
    const request = build(this.#versions);
    return request.decode(await this.#exchange(request, timeoutMs));
  }

  close(): void {
    this.#break('the client closed the connection');
  }

  async #exchange(request: WireRequest<unknown>, timeoutMs: number): Promise<Buffer> {
    const body = await request.encode();
    if (this.#broken !== null) throw this.#broken;
    const correlationId = this.#nextCorrelationId++;
    return new Promise<Buffer>((resolve, reject) => {
      const timer = setTimeout(
        () => this.#break(`no answer to ${request.apiName} within ${timeoutMs} ms`),
        timeoutMs,
      );
      this.#pending.set(correlationId, { request, timer, resolve, reject });
      this.#write(request, correlationId, body);
    });
  }

  #write(request: WireRequest<unknown>, correlationId: number, body: readonly Buffer[]): void {
    const header = new Encoder()
      .writeInt32(0) // the size, once it is known
      .writeInt16(request.apiKey)
      .writeInt16(request.apiVersion)
      .writeInt32(correlationId)
      .writeString(this.#settings.clientId);
    if (request.flexible) header.writeUVarInt(0);
    const head = header.buffer;
    head.writeInt32BE(head.length - 4 + body.reduce((sum, part) => sum + part.length, 0));
    this.#socket.cork();
    this.#socket.write(head);
    for (const part of body) this.#socket.write(part);
    this.#socket.uncork();
  }

  #receive(frame: Buffer): void {
    const correlationId = frame.readInt32BE();
    const pending = this.#pending.get(correlationId);
    if (pending === undefined) {
      this.#break(`an answer (${correlationId}) to no request`);
      return;
    }
    this.#pending.delete(correlationId);
    this.#answers++;
    clearTimeout(pending.timer);
    // A flexible response header ends in tagged fields: none, as one zero byte.
    pending.resolve(frame.subarray(pending.request.flexible ? 5 : 4));
  }

  /** Brokers hang up on who does not speak the listener's language; the answers until then tell what was missing. */
  #hint(): string {
    if (this.#answers === 0 && this.#settings.tls === undefined) return ' (does this listener want TLS?)';
    if (this.#answers === 1 && this.#settings.sasl === undefined) return ' (does this listener want SASL?)';
    return '';
  }

  #break(why: string): void {
    this.#fail(unavailable(this.address, why));
  }

  #fail(error: PlantsenseError): void {
    if (this.#broken !== null) return;
    this.#broken = error;
    this.#socket.destroy();
    for (const { timer, reject } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
  }

  async #greet(): Promise<void> {
    const timeoutMs = this.#settings.connectTimeoutMs;
    const hello = apiVersionsExchange();
    const answer = (await hello.response.decode(
      await this.#exchange(
        {
          ...hello.request,
          flexible: false,
          encode: async () => [(await hello.request.encode()).buffer],
          decode: async () => {},
        },
        timeoutMs,
      ),
    )) as { apiVersions: readonly { apiKey: number; minVersion: number; maxVersion: number }[] };
    this.#versions = Object.fromEntries(answer.apiVersions.map(api => [api.apiKey, api]));
    if (this.#settings.sasl !== undefined) await this.#login(timeoutMs);
  }

  async #login(timeoutMs: number): Promise<void> {
    const lifetimeMs = await authenticate(
      this.address,
      this.#settings.sasl!,
      this.#versions,
      async ({ request, response }) => {
        const wire = {
          ...request,
          flexible: false,
          encode: async () => [(await request.encode()).buffer],
          decode: async () => {},
        };
        return response.parse(await response.decode(await this.#exchange(wire, timeoutMs)));
      },
    );
    if (lifetimeMs > 0) this.#loginEndsAt = performance.now() + lifetimeMs * LOGIN_LIFETIME_USED;
  }
}
