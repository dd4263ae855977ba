import { PlantsenseError } from '../../errors.js';
import type {
  Admin,
  Broker,
  GroupConsumer,
  GroupListener,
  GroupOptions,
  PartitionReader,
  Producer,
  TopicPartition,
} from '../port.js';
import type { Core } from './core.js';
import { CoreMember } from './core-member.js';
import { CoreProducer } from './core-producer.js';
import { LoneReader } from './lone-reader.js';

/** The Broker port on a core, and the one place where its clients are closed. */
export class CoreBroker implements Broker {
  readonly kind = 'embedded';
  readonly admin: Admin;
  private readonly core: Core;
  private readonly children = new Set<{ close(): Promise<void> }>();
  private readonly onClose: () => Promise<void>;
  private closing: Promise<void> | undefined;

  /** @param onClose what closing this client means for the core, which others may use too */
  constructor(core: Core, onClose: () => Promise<void> = async () => {}) {
    this.core = core;
    this.admin = core;
    this.onClose = onClose;
  }

  async producer(): Promise<Producer> {
    this.checkOpen();
    const producer = new CoreProducer(this.core, () => this.children.delete(producer));
    this.children.add(producer);
    return producer;
  }

  async join(options: GroupOptions, listener: GroupListener): Promise<GroupConsumer> {
    this.checkOpen();
    const member = new CoreMember(this.core, options, listener, () => this.children.delete(member));
    await member.join();
    this.children.add(member);
    return member;
  }

  async reader(
    at: TopicPartition,
    from: number | 'earliest' | 'latest',
  ): Promise<PartitionReader & { close(): Promise<void> }> {
    this.checkOpen();
    const offsets = (await this.core.offsets(at.topic))[at.partition];
    if (offsets === undefined) {
      throw new PlantsenseError('TOPIC_NOT_FOUND', `Topic ${at.topic} has no partition ${at.partition}.`);
    }
    const start = {
      ...at,
      offset: typeof from === 'number' ? from : offsets[from],
      highWatermark: offsets.latest,
    };
    const reader = new LoneReader(this.core, start, () => this.children.delete(reader));
    this.children.add(reader);
    return reader;
  }

  close(): Promise<void> {
    this.closing ??= (async () => {
      await Promise.allSettled([...this.children].map(child => child.close()));
      await this.onClose();
    })();
    return this.closing;
  }

  private checkOpen(): void {
    if (this.closing)
      throw new PlantsenseError('BROKER_UNAVAILABLE', 'This client of the broker was closed.');
  }
}
