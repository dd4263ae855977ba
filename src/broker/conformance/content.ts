import { describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../port.js';
import type { Kit } from './kit.js';
import { bytes, message, readPartition, send } from './messages.js';

export function checkContent(kit: Kit): void {
  describe('content', () => {
    const roundTrip = async (messages: readonly OutgoingMessage[]) => {
      const broker = await kit.client();
      const topic = await kit.topic();
      await send(broker, topic, messages);
      return readPartition(broker, { topic, partition: 0 });
    };

    it('keeps every byte of a value', async () => {
      const value = Uint8Array.from({ length: 1024 }, (_, i) => i % 256);
      const [read] = await roundTrip([{ key: null, value }]);
      expect(Buffer.from(read!.value!).equals(value)).toBe(true);
    });

    it('keeps binary headers, empty ones and ones with any name', async () => {
      const headers = {
        origin: Uint8Array.from({ length: 256 }, (_, i) => i),
        empty: new Uint8Array(),
        名前: bytes('ünïcode'),
        ['__proto__']: bytes('a name like any other'),
      };
      const [read, bare] = await roundTrip([message('k', 'v', { headers }), message('k', 'v')]);
      const found = Object.entries(read!.headers).map(([name, value]) => [name, [...value]]);
      expect(Object.fromEntries(found)).toEqual(
        Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [...value]])),
      );
      expect(bare!.headers).toEqual({});
    });

    it('tells no key from an empty key, and a tombstone from an empty value', async () => {
      const empty = new Uint8Array();
      const read = await roundTrip([
        { key: null, value: empty },
        { key: '', value: empty },
        { key: 'gone', value: null },
        { key: 'größe/1', value: empty },
      ]);
      expect(read.map(m => [m.key, m.value === null ? null : m.value.length])).toEqual([
        [null, 0],
        ['', 0],
        ['gone', null],
        ['größe/1', 0],
      ]);
    });

    it("keeps the sender's timestamp, and puts one on where there is none", async () => {
      const before = Date.now();
      const [given, absent] = await roundTrip([
        message(null, 'v', { timestampMs: 1_600_000_000_123 }),
        message(null, 'v'),
      ]);
      expect(given!.timestampMs).toBe(1_600_000_000_123);
      expect(absent!.timestampMs).toBeGreaterThanOrEqual(before);
      expect(absent!.timestampMs).toBeLessThanOrEqual(Date.now());
    });

    it('does not let the sender change a message after sending it', async () => {
      const broker = await kit.client();
      const topic = await kit.topic();
      const value = Buffer.alloc(1_000, 7);
      await send(broker, topic, [{ key: null, value }]);
      value.fill(9);
      const [read] = await readPartition(broker, { topic, partition: 0 });
      expect(read!.value!.every(b => b === 7)).toBe(true);
    });

    it('gives values that can be transferred to a worker thread, and leaves the others whole', async () => {
      const read = await roundTrip(['a', 'b', 'c'].map(value => message('k', value.repeat(5_000))));
      const [first, ...others] = read.map(m => m.value!);
      const moved = structuredClone(first!, { transfer: [first!.buffer as ArrayBuffer] });
      expect(moved).toHaveLength(5_000);
      expect(others.map(value => Buffer.from(value).toString())).toEqual([
        'b'.repeat(5_000),
        'c'.repeat(5_000),
      ]);
    });

    it('takes an empty call', async () => {
      expect(await roundTrip([])).toEqual([]);
    });
  });
}
