import type { Broker } from '../port.js';

/** `true`, or the reason why this adapter can't. The checks that need the capability are then not made. */
export type Capability = true | string;

/** Only what really differs between brokers; everything else is the contract. */
export interface Capabilities {
  /** A client goes on by itself after the broker was restarted. */
  readonly clientsOutliveBroker: Capability;
  /** A topic that was deleted and made again can be told from the old one. */
  readonly incarnations: Capability;
  /** `compact` works. */
  readonly compaction: Capability;
}

/** How the kit gets at one running broker of the adapter under test. */
export interface BrokerHarness {
  readonly capabilities: Capabilities;
  /** Starts the broker. Called once, before the first check. */
  start(): Promise<void>;
  /** Stops the broker and removes its data. Called once, after the last check; clients are closed by then. */
  stop(): Promise<void>;
  /** A new client. Clients know nothing of each other, as in several processes. */
  open(): Promise<Broker>;
  /**
   * Stops the broker, in order or by SIGKILL, and starts it again on the same data. Resolves when it takes requests.
   * Clients that are open stay open when `clientsOutliveBroker`; else they are dead and may be closed.
   */
  restart(kind: 'clean' | 'kill'): Promise<void>;
  /**
   * Makes the broker compact what the topic holds now, and resolves when that is done. May append messages with
   * the key `filler` to get there.
   */
  compact(topic: string): Promise<void>;
}
