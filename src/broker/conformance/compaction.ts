import { describe, expect, it } from 'vitest';
import type { Message } from '../port.js';
import type { Kit } from './kit.js';
import { message, range, readPartition, send, text } from './messages.js';

export function checkCompaction(kit: Kit): void {
  if (kit.harness.capabilities.compaction !== true) return;
  describe('compaction', () => {
    const compacted = async () => {
      const broker = await kit.client();
      const topic = await kit.topic({ partitions: 1, cleanupPolicy: 'compact' });
      for (const round of range(20)) {
        await send(
          broker,
          topic,
          range(5).map(i => message(`key-${i}`, `${round}`)),
        );
      }
      await send(broker, topic, [
        { key: 'key-3', value: null },
        message('key-4', 'last', { headers: { h: new Uint8Array([1, 2]) }, timestampMs: 1_700_000_000_000 }),
      ]);
      const before = await readPartition(broker, { topic, partition: 0 });
      await kit.harness.compact(topic);
      const after = (await readPartition(broker, { topic, partition: 0 })).filter(m => m.key !== 'filler');
      return { broker, topic, before, after };
    };
    const last = (messages: readonly Message[]) => {
      const state = new Map<string, string>();
      for (const { key, value } of messages) {
        if (value === null) state.delete(key!);
        else state.set(key!, text(value)!);
      }
      return state;
    };

    it('keeps the last value of each key and drops those before', async () => {
      const { before, after } = await compacted();
      expect(last(after)).toEqual(last(before));
      expect(last(after)).toEqual(
        new Map([
          ['key-0', '19'],
          ['key-1', '19'],
          ['key-2', '19'],
          ['key-4', 'last'],
        ]),
      );
      expect(after.length).toBeLessThan(before.length / 2);
    });

    it('keeps offset, time and headers of what stays', async () => {
      const { before, after } = await compacted();
      const byOffset = new Map(before.map(m => [m.offset, m]));
      for (const m of after) expect(m).toEqual(byOffset.get(m.offset));
      expect(after.map(m => m.offset)).toEqual(after.map(m => m.offset).sort((a, b) => a - b));
    });

    it('lets a reader start inside a gap and goes on appending at the end', async () => {
      const { broker, topic, after } = await compacted();
      const from = after.findIndex(m => m.offset > 3);
      const gap = after[from]!.offset - 1;
      const read = (await readPartition(broker, { topic, partition: 0 }, gap)).filter(
        m => m.key !== 'filler',
      );
      expect(read.map(m => m.offset)).toEqual(after.filter(m => m.offset >= gap).map(m => m.offset));

      const { latest } = (await broker.admin.offsets(topic))[0]!;
      await send(broker, topic, [message('key-0', 'new')]);
      const added = await readPartition(broker, { topic, partition: 0 }, latest);
      expect(added.map(m => [m.offset, m.key, text(m.value)])).toEqual([[latest, 'key-0', 'new']]);
    });
  });
}
