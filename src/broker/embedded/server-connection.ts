import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { PlantsenseError, toPlantsenseError } from '../../errors.js';
import type { Commit, OutgoingMessage, TopicPartition } from '../port.js';
import type { Core, Grant, JoinRequest, MemberEvents, Membership, Ownership, ReadRequest } from './core.js';
import { decodeMessages, recordSizeAt } from './record.js';
import {
  type ClientHeader,
  type Frame,
  FrameReader,
  LARGEST_FRAME_BYTES,
  type MemberEvent,
  type Request,
  type ServerHeader,
  sendFrame,
  WIRE_VERSION,
} from './wire.js';

/** Calls whose arguments and results travel as they are. */
const PLAIN_CALLS = new Set([
  'listTopics',
  'describeTopic',
  'createTopic',
  'alterTopic',
  'deleteTopic',
  'offsets',
  'offsetsForTime',
  'deleteRecords',
]);

/** Who has not shown the token can't make the owner hold more than this. */
const LARGEST_GREETING_BYTES = 4_096;

interface Seat {
  readonly membership: Membership;
  readonly sessionTimeoutMs: number;
}

/** One client of the owner. Its members live as long as the connection, or until their session expires. */
export class ServerConnection {
  /** When the client was heard of last, by `performance.now`. */
  lastHeardMs = performance.now();
  private readonly socket: Socket;
  private readonly core: Core;
  private readonly token: string;
  private readonly reader: FrameReader<ClientHeader>;
  private readonly waits = new Map<number, AbortController>();
  private readonly members = new Map<number, Seat>();
  private readonly drains = new Map<number, () => void>();
  private nextDrain = 0;
  private isTrusted = false;

  constructor(socket: Socket, core: Core, token: string) {
    this.socket = socket;
    this.core = core;
    this.token = token;
    this.reader = new FrameReader<ClientHeader>(frame => this.take(frame), LARGEST_GREETING_BYTES);
    socket.setNoDelay(true);
    socket.on('data', chunk => {
      this.lastHeardMs = performance.now();
      try {
        this.reader.push(chunk);
      } catch {
        socket.destroy();
      }
    });
    // 'close' follows, and does what is to be done.
    socket.on('error', () => {});
    socket.on('close', () => this.end());
  }

  /** Evicts members that have not been heard of for their session's time. */
  expireSessions(nowMs: number): void {
    for (const [member, { membership, sessionTimeoutMs }] of this.members) {
      if (nowMs - this.lastHeardMs <= sessionTimeoutMs) continue;
      this.members.delete(member);
      membership.abandon();
      this.send({ member, event: 'evicted' });
    }
  }

  close(): void {
    this.socket.destroy();
  }

  private take({ header, payload }: Frame<ClientHeader>): void {
    if ('cancel' in header) {
      this.waits.get(header.cancel)?.abort();
      return;
    }
    void this.answer(header, payload).catch(error => {
      const { code, message } = toPlantsenseError(error);
      this.send({ id: header.id, error: { code, message } });
      if (!this.isTrusted) this.socket.end();
    });
  }

  private async answer({ id, op, args }: Request, payload: Buffer): Promise<void> {
    if (!this.isTrusted) this.greet(op, args);
    else if (op === 'read') return this.read(id, args as ReadRequest);
    this.send({ id, result: op === 'hello' ? null : await this.call(op, args, payload) });
  }

  private greet(op: string, args: unknown): void {
    const { token, version } = op === 'hello' ? (args as { token: string; version: number }) : { token: '' };
    const [given, wanted] = [Buffer.from(String(token)), Buffer.from(this.token)];
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw new PlantsenseError('BROKER_AUTH_FAILED', 'The token is not that of the lock file.');
    }
    if (version !== WIRE_VERSION) {
      throw new PlantsenseError(
        'BROKER_UNAVAILABLE',
        `The owner of the data directory speaks version ${WIRE_VERSION} of its protocol, the client ${version}.`,
      );
    }
    this.isTrusted = true;
    this.reader.largestBytes = LARGEST_FRAME_BYTES;
  }

  private async read(id: number, request: ReadRequest): Promise<void> {
    const abort = new AbortController();
    this.waits.set(id, abort);
    try {
      const result = await this.core.read(request, abort.signal);
      if (result === null) return;
      const { bytes, ...rest } = result;
      this.send({ id, result: rest }, bytes);
    } finally {
      this.waits.delete(id);
    }
  }

  private async call(op: string, args: unknown, payload: Buffer): Promise<unknown> {
    if (PLAIN_CALLS.has(op)) {
      const call = this.core[op as keyof Core] as (...args: unknown[]) => Promise<unknown>;
      return call.apply(this.core, args as unknown[]);
    }
    switch (op) {
      case 'ping':
        return null;
      case 'append': {
        const { topic, partitions } = args as { topic: string; partitions: (number | null)[] };
        return this.core.append(topic, outgoing(payload, partitions));
      }
      case 'commit': {
        const [owner, at, commit] = args as [Ownership, TopicPartition, Commit];
        return this.core.commit(owner, at, commit);
      }
      case 'groupCommits': {
        const [group, topic] = args as [string, string];
        return [...(await this.core.groupCommits(group, topic))];
      }
      case 'setGroupCommits': {
        const [group, topic, commits] = args as [string, string, [number, Commit][]];
        return this.core.setGroupCommits(group, topic, new Map(commits));
      }
      case 'join':
        return this.join(args as { member: number; request: JoinRequest });
      case 'leave':
        return this.leave(args as number);
      case 'drained':
        return this.drains.get(args as number)?.();
      default:
        throw new PlantsenseError('INTERNAL', `The embedded broker knows no call "${op}".`);
    }
  }

  private async join({ member, request }: { member: number; request: JoinRequest }): Promise<void> {
    const membership = await this.core.join(request, this.eventsOf(member));
    if (this.socket.destroyed) return membership.abandon();
    this.members.set(member, { membership, sessionTimeoutMs: request.sessionTimeoutMs });
  }

  private async leave(member: number): Promise<void> {
    await this.members.get(member)?.membership.leave();
    this.members.delete(member);
  }

  private eventsOf(member: number): MemberEvents {
    return {
      assigned: grants => this.send({ member, event: 'assigned', grants }),
      lost: grants => this.send({ member, event: 'lost', grants }),
      revoke: (grants, deadlineMs) => this.revoke(member, grants, deadlineMs),
      failed: () => {},
    };
  }

  private revoke(member: number, grants: readonly Grant[], deadlineMs: number): Promise<void> {
    if (this.socket.destroyed) return Promise.resolve();
    const drain = this.nextDrain++;
    return new Promise(resolve => {
      this.drains.set(drain, () => {
        this.drains.delete(drain);
        resolve();
      });
      this.send({ member, event: 'revoke', grants, drain, deadlineMs });
    });
  }

  private send(header: ServerHeader | MemberEvent, payload?: Buffer): void {
    if (!this.socket.destroyed) sendFrame(this.socket, header, payload);
  }

  private end(): void {
    for (const abort of this.waits.values()) abort.abort();
    for (const { membership } of this.members.values()) membership.abandon();
    for (const drained of [...this.drains.values()]) drained();
    this.members.clear();
  }
}

/** The records of an `append` as messages. @throws PlantsenseError PARAMETER_INVALID */
function outgoing(payload: Buffer, partitions: readonly (number | null)[]): OutgoingMessage[] {
  for (let at = 0; at < payload.length; ) {
    const size = recordSizeAt(payload, at, payload.length);
    if (size <= 0 || at + size > payload.length) {
      throw new PlantsenseError('PARAMETER_INVALID', 'A client sent records that are none.');
    }
    at += size;
  }
  return decodeMessages(payload, '', 0).map(({ key, value, headers, timestampMs }, i) => {
    const partition = partitions[i];
    return { key, value, headers, timestampMs, ...(typeof partition === 'number' && { partition }) };
  });
}
