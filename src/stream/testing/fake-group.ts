import type {
  AssignedPartition,
  Broker,
  GroupConsumer,
  GroupListener,
  GroupOptions,
} from '../../broker/port.js';

const unused = () => {
  throw new Error('This fake has a group only.');
};

/** A broker whose group does what a test says: it assigns, revokes and loses partitions at its word. */
export class FakeGroup {
  readonly broker: Broker;
  /** Aborted by the test when the drain has taken too long. */
  deadline = new AbortController();
  closed = 0;
  joined: GroupOptions | null = null;
  #listener: GroupListener | null = null;
  #assigned: AssignedPartition[] = [];
  #joinError: Error | null = null;

  constructor() {
    this.broker = {
      kind: 'embedded',
      join: async (options, listener): Promise<GroupConsumer> => {
        if (this.#joinError) throw this.#joinError;
        this.joined = options;
        this.#listener = listener;
        return { close: () => this.#close() };
      },
      get admin() {
        return unused();
      },
      producer: unused,
      reader: unused,
      close: unused,
    };
  }

  refuse(error: Error): void {
    this.#joinError = error;
  }

  assign(...partitions: AssignedPartition[]): void {
    this.#assigned.push(...partitions);
    this.#listener!.assigned(partitions);
  }

  async revoke(...partitions: AssignedPartition[]): Promise<void> {
    this.#assigned = this.#assigned.filter(each => !partitions.includes(each));
    await this.#listener!.revoked(partitions, this.deadline.signal);
  }

  lose(...partitions: AssignedPartition[]): void {
    this.#assigned = this.#assigned.filter(each => !partitions.includes(each));
    this.#listener!.lost(partitions);
  }

  fail(error: Error): void {
    this.#listener!.failed(error);
  }

  async #close(): Promise<void> {
    this.closed += 1;
    const partitions = this.#assigned;
    if (partitions.length > 0) await this.revoke(...partitions);
  }
}
