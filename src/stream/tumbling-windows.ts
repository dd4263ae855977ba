import { type Checkpoint, isHeld, stateKey } from './checkpoint.js';
import type { Delivery } from './delivery.js';
import { IdleKeys } from './idle-keys.js';
import type { Step } from './stateful.js';
import type { CheckpointChange } from './watermark.js';

export interface WindowOptions {
  readonly sizeUs: number;
  /** A key that is silent while the others move on by this much has its window closed. */
  readonly idleUs: number;
  /** Bytes that all open windows of a lane may retain; beyond it the largest is cut. */
  readonly maxBytes: number;
  /** Told of a value whose window is over. It joins no window. */
  readonly onLate?: (delivery: Delivery<unknown>) => void;
}

export interface Window<T> {
  readonly key: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly values: readonly T[];
  readonly closedBy: 'time' | 'idle' | 'limit';
}

/** Windows of event time, one after another for each key, as a state machine for `stateful`. */
export class TumblingWindows<T> {
  readonly #options: WindowOptions;
  readonly #start: Checkpoint;
  readonly #open = new Map<string, OpenWindow<T>>();
  readonly #idle: IdleKeys;
  #retainedBytes = 0;

  constructor(start: Checkpoint, options: WindowOptions) {
    this.#start = start;
    this.#options = options;
    this.#idle = new IdleKeys(options.idleUs);
  }

  get retainedBytes(): number {
    return this.#retainedBytes;
  }

  readonly step = (delivery: Delivery<T>): Step<Window<T>> => {
    const key = delivery.key ?? '';
    const outputs: Window<T>[] = [];
    const changes: CheckpointChange[] = [];
    const close = (name: string, closedBy: Window<T>['closedBy']) => {
      const window = this.#open.get(name);
      if (!window) return;
      this.#open.delete(name);
      this.#retainedBytes -= window.bytes;
      changes.push({ type: 'release', key: stateKey(name) });
      outputs.push({ ...this.#bounds(window.startUs), key: name, values: window.values, closedBy });
    };

    for (const name of this.#idle.heard(key, delivery.eventTimeUs)) close(name, 'idle');
    if (delivery.replayed && !isHeld(this.#start, stateKey(key), delivery.offset))
      return { outputs, changes };

    const startUs = Math.floor(delivery.eventTimeUs / this.#options.sizeUs) * this.#options.sizeUs;
    const current = this.#open.get(key);
    if (current && startUs < current.startUs) {
      this.#options.onLate?.(delivery);
      return { outputs, changes };
    }
    if (current && startUs > current.startUs) close(key, 'time');

    let window = this.#open.get(key);
    if (!window) {
      window = { startUs, values: [], bytes: 0 };
      this.#open.set(key, window);
      changes.push({ type: 'hold', key: stateKey(key), offset: delivery.offset });
    }
    window.values.push(delivery.value);
    window.bytes += delivery.bytes;
    this.#retainedBytes += delivery.bytes;
    if (this.#retainedBytes > this.#options.maxBytes) close(this.#largest(), 'limit');
    return { outputs, changes };
  };

  #bounds(startUs: number): { startUs: number; endUs: number } {
    return { startUs, endUs: startUs + this.#options.sizeUs };
  }

  #largest(): string {
    let largest = '';
    let bytes = -1;
    for (const [key, window] of this.#open) {
      if (window.bytes > bytes) {
        largest = key;
        bytes = window.bytes;
      }
    }
    return largest;
  }
}

interface OpenWindow<T> {
  readonly startUs: number;
  readonly values: T[];
  bytes: number;
}
