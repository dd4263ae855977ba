import { PlantsenseError } from '../../errors.js';
import type {
  Commit,
  OutgoingMessage,
  PartitionOffsets,
  TopicConfig,
  TopicDescription,
  TopicPartition,
} from '../port.js';
import { type BrokerAddress, ClientConnection, PING_MS } from './client-connection.js';
import type {
  Core,
  JoinRequest,
  MemberEvents,
  Membership,
  Ownership,
  ReadRequest,
  ReadResult,
} from './core.js';
import { encodeRecords } from './record.js';
import { RemoteMember } from './remote-member.js';

/** Another process's log, over its socket. Connects when it is used, and again when the owner was restarted. */
export class RemoteCore implements Core {
  private readonly locate: () => Promise<BrokerAddress>;
  private readonly now: () => number;
  private readonly members = new Map<number, RemoteMember>();
  private connection: ClientConnection | undefined;
  private connecting: Promise<ClientConnection> | undefined;
  private nextMember = 0;
  private pingMs = PING_MS;
  private closed = false;

  /** @param locate finds the owner; asked anew for each connection */
  constructor(locate: () => Promise<BrokerAddress>, now: () => number = Date.now) {
    this.locate = locate;
    this.now = now;
  }

  async append(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const partitions = messages.some(({ partition }) => partition !== undefined)
      ? messages.map(({ partition }) => partition ?? null)
      : [];
    await this.call('append', { topic, partitions }, encodeRecords(messages, this.now()));
  }

  async read(request: ReadRequest, signal: AbortSignal): Promise<ReadResult | null> {
    const connection = await this.connect();
    if (signal.aborted) return null;
    const { answer, cancel } = connection.request('read', request);
    return new Promise((resolve, reject) => {
      const abort = () => {
        cancel();
        resolve(null);
      };
      signal.addEventListener('abort', abort, { once: true });
      answer
        .then(({ result, payload }) => resolve({ ...(result as Omit<ReadResult, 'bytes'>), bytes: payload }))
        .catch(reject)
        .finally(() => signal.removeEventListener('abort', abort));
    });
  }

  async join(request: JoinRequest, events: MemberEvents): Promise<Membership> {
    // A session must not expire because one ping was late.
    this.pingMs = Math.min(this.pingMs, request.sessionTimeoutMs / 3);
    this.connection?.pingEvery(this.pingMs);
    const number = this.nextMember++;
    const member = new RemoteMember(request, events, {
      call: (op, args) => this.call(op, args),
      number,
      left: () => this.members.delete(number),
    });
    this.members.set(number, member);
    await member.join();
    return member;
  }

  async commit(owner: Ownership, at: TopicPartition, commit: Commit): Promise<void> {
    await this.call('commit', [owner, at, commit]);
  }

  async listTopics(): Promise<readonly string[]> {
    return (await this.call('listTopics', [])) as string[];
  }

  async describeTopic(topic: string): Promise<TopicDescription | null> {
    return (await this.call('describeTopic', [topic])) as TopicDescription | null;
  }

  async createTopic(topic: string, config: TopicConfig): Promise<void> {
    await this.call('createTopic', [topic, config]);
  }

  async alterTopic(topic: string, config: TopicConfig): Promise<void> {
    await this.call('alterTopic', [topic, config]);
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.call('deleteTopic', [topic]);
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    return (await this.call('offsets', [topic])) as PartitionOffsets[];
  }

  async offsetsForTime(
    topic: string,
    timestampMs: number,
  ): Promise<readonly { partition: number; offset: number }[]> {
    return (await this.call('offsetsForTime', [topic, timestampMs])) as {
      partition: number;
      offset: number;
    }[];
  }

  async deleteRecords(at: TopicPartition, offset: number): Promise<void> {
    await this.call('deleteRecords', [at, offset]);
  }

  async groupCommits(group: string, topic: string): Promise<ReadonlyMap<number, Commit>> {
    return new Map((await this.call('groupCommits', [group, topic])) as [number, Commit][]);
  }

  async setGroupCommits(group: string, topic: string, commits: ReadonlyMap<number, Commit>): Promise<void> {
    await this.call('setGroupCommits', [group, topic, [...commits]]);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const member of this.members.values()) member.abandon();
    this.connection?.close();
    await this.connection?.ended;
  }

  private async call(op: string, args: unknown, payload?: Buffer): Promise<unknown> {
    const connection = await this.connect();
    return (await connection.request(op, args, payload).answer).result;
  }

  private async connect(): Promise<ClientConnection> {
    if (this.closed) throw closed();
    if (this.connection?.isOpen) return this.connection;
    this.connecting ??= this.open().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  private async open(): Promise<ClientConnection> {
    const connection = await ClientConnection.open(await this.locate(), event => {
      this.members.get(event.member)?.take(event);
    });
    if (this.closed) {
      connection.close();
      throw closed();
    }
    connection.pingEvery(this.pingMs);
    this.connection = connection;
    void connection.ended.then(() => {
      for (const member of this.members.values()) member.sessionEnded();
    });
    return connection;
  }
}

const closed = () => new PlantsenseError('BROKER_UNAVAILABLE', 'This client of the broker was closed.');
