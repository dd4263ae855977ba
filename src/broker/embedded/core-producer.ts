import { PlantsenseError } from '../../errors.js';
import type { OutgoingMessage, Producer } from '../port.js';
import type { Core } from './core.js';

/** Sends through a core. Closing waits for what is under way. */
export class CoreProducer implements Producer {
  private readonly core: Core;
  private readonly onClose: () => void;
  private readonly underWay = new Set<Promise<void>>();
  private closed = false;

  constructor(core: Core, onClose: () => void) {
    this.core = core;
    this.onClose = onClose;
  }

  async send(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.closed) throw new PlantsenseError('BROKER_UNAVAILABLE', 'This producer was closed.');
    const sending = this.core.append(topic, messages);
    this.underWay.add(sending);
    try {
      await sending;
    } finally {
      this.underWay.delete(sending);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled(this.underWay);
    this.onClose();
  }
}
