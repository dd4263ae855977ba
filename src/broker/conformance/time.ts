import { describe, expect, it } from 'vitest';
import type { Kit } from './kit.js';
import { message, range, send } from './messages.js';

export function checkTime(kit: Kit): void {
  describe('seek by time', () => {
    it('finds the first message at or after a time in each partition', async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 3 });
      const start = 1_700_000_000_000;
      // Partition 0 has a message each second, partition 1 each minute, partition 2 none.
      for (const [partition, stepMs] of [
        [0, 1_000],
        [1, 60_000],
      ] as const) {
        const at = (i: number) => message(null, 'v', { partition, timestampMs: start + i * stepMs });
        for (const round of range(10))
          await send(
            broker,
            topic,
            range(10).map(i => at(round * 10 + i)),
          );
      }
      const find = async (ms: number) =>
        (await broker.admin.offsetsForTime(topic, ms)).map(({ partition, offset }) => [partition, offset]);

      expect(await find(0)).toEqual([[0, 0], [1, 0], [2, 0]]); // biome-ignore format: a table
      expect(await find(start + 42_000)).toEqual([[0, 42], [1, 1], [2, 0]]); // biome-ignore format: a table
      expect(await find(start + 42_001)).toEqual([[0, 43], [1, 1], [2, 0]]); // biome-ignore format: a table
      expect(await find(start + 100_000)).toEqual([[0, 100], [1, 2], [2, 0]]); // biome-ignore format: a table
      expect(await find(start + 1e9)).toEqual([[0, 100], [1, 100], [2, 0]]); // biome-ignore format: a table
    });
  });
}
