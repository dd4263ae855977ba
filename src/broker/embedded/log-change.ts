import type { Fence } from './fence.js';
import type { PartitionLog } from './partition-log.js';

/** Waits until a log has something at `offset` or never will, the signal aborts, or the fence goes up. */
export function logChange(
  log: PartitionLog,
  offset: number,
  signal: AbortSignal,
  fence: Fence | undefined,
): Promise<void> {
  return new Promise(resolve => {
    const endings: (() => void)[] = [];
    const check = () => {
      if (log.endOffset <= offset && !log.isOver && !signal.aborted && !fence?.isUp) return;
      for (const end of endings) end();
      resolve();
    };
    signal.addEventListener('abort', check);
    endings.push(() => signal.removeEventListener('abort', check), log.watch(check));
    if (fence) endings.push(fence.watch(check));
    check();
  });
}
