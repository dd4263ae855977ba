import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until a condition holds. Polls, because a broker behind a network gives no other signal.
 * @throws Error naming `what` after `timeoutMs`
 */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 25_000,
): Promise<void> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > timeoutMs) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await sleep(10);
  }
}
