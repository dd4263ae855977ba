import type { Cluster, ConnectionUse } from '../network/cluster.js';
import type { RequestBuilder } from '../protocol/wire-request.js';

let members = 0;

/**
 * The broker that keeps a group, as one member speaks to it: over one connection for the membership, where a join may
 * be held back for as long as a rebalance takes, and another one for commits, which must pass meanwhile.
 */
export class GroupCoordinator {
  readonly #cluster: Cluster;
  readonly #group: string;
  readonly #membership: ConnectionUse;
  readonly #commits: ConnectionUse;
  #nodeId: number | null = null;

  constructor(cluster: Cluster, group: string) {
    this.#cluster = cluster;
    this.#group = group;
    const serial = ++members;
    this.#membership = `group ${serial}`;
    this.#commits = `commits ${serial}`;
  }

  /** Joins, syncs, heartbeats. */
  membership<R>(build: RequestBuilder<R>, timeoutMs?: number): Promise<R> {
    return this.#request(this.#membership, build, timeoutMs);
  }

  /** Commits, and what else must not wait behind a join. */
  commits<R>(build: RequestBuilder<R>, timeoutMs?: number): Promise<R> {
    return this.#request(this.#commits, build, timeoutMs);
  }

  /** Finds the coordinator, and again after `reset`: groups move when brokers go. */
  async find(): Promise<number> {
    this.#nodeId ??= await this.#cluster.coordinator(this.#group);
    return this.#nodeId;
  }

  reset(): void {
    this.#nodeId = null;
  }

  async close(): Promise<void> {
    await this.#cluster.disconnect(this.#membership);
    await this.#cluster.disconnect(this.#commits);
  }

  async #request<R>(use: ConnectionUse, build: RequestBuilder<R>, timeoutMs?: number): Promise<R> {
    const connection = await this.#cluster.connection(await this.find(), use);
    return connection.request(build, timeoutMs);
  }
}
