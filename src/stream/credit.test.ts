import { describe, expect, it } from 'vitest';
import { Credit } from './credit.js';
import { settle } from './testing/signals.js';

const never = new AbortController().signal;

describe('Credit', () => {
  it('lets a source go on while anything is left, and a message larger than all of it pass alone', async () => {
    const credit = new Credit(100);
    await credit.available(never);
    credit.take(500);
    expect(credit.availableBytes).toBe(0);
    credit.give(500);
    await credit.available(never);
    expect(credit.availableBytes).toBe(100);
  });

  it('wakes the source when it is under its limit again, not before', async () => {
    const credit = new Credit(100);
    credit.take(150);
    let woken = false;
    const waiting = credit.available(never).then(() => {
      woken = true;
    });
    credit.give(50);
    await settle();
    expect(woken).toBe(false);
    credit.give(1);
    await waiting;
  });

  it('waits on when what was given back is taken again at once', async () => {
    const credit = new Credit(100);
    credit.take(100);
    let woken = false;
    const waiting = credit.available(never).then(() => {
      woken = true;
    });
    credit.give(100);
    credit.take(100);
    await settle();
    expect(woken).toBe(false);
    credit.give(100);
    await waiting;
  });

  it('ends the wait when its signal aborts, and leaves no listener on it', async () => {
    const signal = new ListenerCounter();
    const credit = new Credit(10);
    for (let i = 0; i < 100; i++) {
      credit.take(10);
      const waiting = credit.available(signal);
      credit.give(10);
      await waiting;
    }
    expect(signal.listeners).toBe(0);
    credit.take(10);
    const waiting = credit.available(signal);
    signal.abort();
    await waiting;
    await credit.available(signal);
  });
});

/** An abort signal that knows how many listen to it. */
class ListenerCounter extends EventTarget implements AbortSignal {
  aborted = false;
  readonly reason = undefined;
  onabort = null;
  listeners = 0;

  throwIfAborted(): void {}

  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event('abort'));
  }

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listeners += 1;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners -= 1;
    super.removeEventListener(...args);
  }
}
