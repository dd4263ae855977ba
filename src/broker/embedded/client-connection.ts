import { connect, type Socket } from 'node:net';
import { ERRORS, type ErrorCode, PlantsenseError } from '../../errors.js';
import {
  type Frame,
  FrameReader,
  type MemberEvent,
  type ServerHeader,
  sendFrame,
  WIRE_VERSION,
} from './wire.js';

/** Where the owner of a data directory serves its broker. */
export interface BrokerAddress {
  readonly address: string;
  readonly token: string;
}

export interface Answer {
  readonly result: unknown;
  readonly payload: Buffer;
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: PlantsenseError) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
export const PING_MS = 1_000;
/** An owner that says nothing for so long, though it was asked, is as good as gone. */
const SILENCE_MS = 15_000;

/** One connection to the owner of a log. When it ends, everything that waits on it fails with BROKER_UNAVAILABLE. */
export class ClientConnection {
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  private readonly socket: Socket;
  private readonly pending = new Map<number, Pending>();
  private readonly onEvent: (event: MemberEvent) => void;
  private pings: NodeJS.Timeout | undefined;
  private nextId = 0;
  private lastHeardMs = performance.now();

  private constructor(socket: Socket, onEvent: (event: MemberEvent) => void) {
    this.socket = socket;
    this.onEvent = onEvent;
    const reader = new FrameReader<ServerHeader>(frame => this.take(frame));
    socket.setNoDelay(true);
    socket.on('data', chunk => {
      this.lastHeardMs = performance.now();
      try {
        reader.push(chunk);
      } catch {
        socket.destroy();
      }
    });
    this.ended = new Promise(resolve => {
      socket.on('close', () => {
        this.end();
        resolve();
      });
    });
  }

  /** @throws PlantsenseError BROKER_UNAVAILABLE, BROKER_AUTH_FAILED */
  static async open(
    { address, token }: BrokerAddress,
    onEvent: (event: MemberEvent) => void,
  ): Promise<ClientConnection> {
    const connection = new ClientConnection(await openSocket(address), onEvent);
    // Also ends a connection to an owner that stands still and never answers the greeting.
    connection.pingEvery(PING_MS);
    await connection.request('hello', { token, version: WIRE_VERSION }).answer;
    return connection;
  }

  /** Lets the owner hear of this client at least so often. */
  pingEvery(intervalMs: number): void {
    clearInterval(this.pings);
    this.pings = setInterval(() => this.ping(), intervalMs).unref();
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  /** Sends a request. `cancel` forgets it; the answer then never comes. */
  request(op: string, args: unknown, payload?: Buffer): { answer: Promise<Answer>; cancel: () => void } {
    const id = this.nextId++;
    const answer = new Promise<Answer>((resolve, reject) => {
      if (!this.isOpen) return reject(gone());
      this.pending.set(id, { resolve, reject });
      sendFrame(this.socket, { id, op, args }, payload);
    });
    const cancel = () => {
      if (this.pending.delete(id) && this.isOpen) sendFrame(this.socket, { cancel: id });
    };
    return { answer, cancel };
  }

  close(): void {
    this.socket.destroy();
  }

  private take({ header, payload }: Frame<ServerHeader>): void {
    if ('event' in header) {
      this.onEvent(header);
      return;
    }
    const pending = this.pending.get(header.id);
    this.pending.delete(header.id);
    if ('error' in header) {
      const { code, message } = header.error;
      pending?.reject(new PlantsenseError(code in ERRORS ? (code as ErrorCode) : 'INTERNAL', message));
    } else pending?.resolve({ result: header.result, payload });
  }

  private ping(): void {
    if (performance.now() - this.lastHeardMs > SILENCE_MS) this.socket.destroy();
    else this.request('ping', null).answer.catch(() => {});
  }

  private end(): void {
    clearInterval(this.pings);
    for (const { reject } of this.pending.values()) reject(gone());
    this.pending.clear();
  }
}

function openSocket(address: string): Promise<Socket> {
  const at = address.lastIndexOf(':');
  const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      socket.destroy();
      reject(new PlantsenseError('BROKER_UNAVAILABLE', `Nothing answers at ${address}.`, { cause }));
    };
    const timer = setTimeout(fail, CONNECT_TIMEOUT_MS).unref();
    socket.on('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}

const gone = () =>
  new PlantsenseError('BROKER_UNAVAILABLE', 'The process that owns the data directory has gone.');
