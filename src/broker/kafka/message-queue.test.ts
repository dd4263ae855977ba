import { describe, expect, it } from 'vitest';
import { MessageQueue } from './message-queue.js';

const message = (offset: number, bytes: number) => ({
  topic: 't',
  partition: 0,
  offset,
  key: null,
  value: new Uint8Array(bytes),
  headers: {},
  timestampMs: 0,
});

describe('messages beyond what was asked for', () => {
  it('are handed out in pieces of at most what is asked for, but one at least', () => {
    const queue = new MessageQueue();
    queue.fill([message(0, 10), message(1, 10), message(2, 500), message(7, 1)]);
    expect(queue.take(20).map(m => m.offset)).toEqual([0, 1]);
    expect(queue.firstOffset).toBe(2);
    expect(queue.take(20).map(m => m.offset)).toEqual([2]);
    expect(queue.take(20).map(m => m.offset)).toEqual([7]);
    expect(queue.isEmpty).toBe(true);
  });

  it('count their key and headers', () => {
    const queue = new MessageQueue();
    const heavy = { ...message(0, 0), key: 'k'.repeat(30), headers: { h: new Uint8Array(30) } };
    queue.fill([heavy, { ...heavy, offset: 1 }]);
    expect(queue.take(100)).toHaveLength(1);
  });

  it('are forgotten on clear', () => {
    const queue = new MessageQueue();
    queue.fill([message(0, 10)]);
    queue.clear();
    expect(queue.isEmpty).toBe(true);
    expect(queue.take(10)).toEqual([]);
  });
});
