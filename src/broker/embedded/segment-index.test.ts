import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INDEX_INTERVAL_BYTES, SegmentIndex } from './segment-index.js';

const records = fc.array(
  fc.record({
    gap: fc.integer({ min: 0, max: 5 }),
    timestampMs: fc.integer({ min: 0, max: 1_000 }),
    bytes: fc.integer({ min: 40, max: INDEX_INTERVAL_BYTES }),
  }),
  { minLength: 1, maxLength: 60 },
);

/** An index of records with their places, as a plain list. */
function build(list: readonly { gap: number; timestampMs: number; bytes: number }[]) {
  const index = new SegmentIndex(100);
  const places: { offset: number; position: number; timestampMs: number }[] = [];
  let offset = 100;
  for (const { gap, timestampMs, bytes } of list) {
    offset += gap;
    places.push({ offset, position: index.size, timestampMs });
    index.add(offset, timestampMs, bytes);
    offset++;
  }
  return { index, places };
}

describe('SegmentIndex', () => {
  it('points at or before what is looked for, and not far before', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 0, max: 500 }), (list, wanted) => {
        const { index, places } = build(list);
        const position = index.positionOf(wanted);
        const target = places.find(p => p.offset >= wanted)?.position ?? index.size;
        expect(position).toBeLessThanOrEqual(target);
        // One interval to the next place, and a record that begins just before it.
        expect(target - position).toBeLessThanOrEqual(2 * INDEX_INTERVAL_BYTES + INDEX_INTERVAL_BYTES);
        expect(position === 0 || places.some(p => p.position === position)).toBe(true);
      }),
    );
  });

  it('never points behind the first record of a time', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: -1, max: 1_001 }), (list, time) => {
        const { index, places } = build(list);
        const target = places.find(p => p.timestampMs >= time)?.position ?? index.size;
        expect(index.positionOfTime(time)).toBeLessThanOrEqual(target);
      }),
    );
  });

  it('is the same after it was saved and loaded', () => {
    fc.assert(
      fc.property(records, list => {
        const { index } = build(list);
        expect(SegmentIndex.fromBytes(index.toBytes(), 100)).toEqual(index);
      }),
    );
  });

  it('is not loaded from anything else', () => {
    const saved = build([{ gap: 0, timestampMs: 5, bytes: 50 }]).index.toBytes();
    expect(SegmentIndex.fromBytes(Buffer.alloc(0), 0)).toBeNull();
    expect(SegmentIndex.fromBytes(Buffer.alloc(80), 0)).toBeNull();
    expect(SegmentIndex.fromBytes(saved.subarray(0, -8), 0)).toBeNull();
    for (let at = 0; at < saved.length; at++) {
      const damaged = Buffer.from(saved);
      damaged[at]! ^= 1;
      expect(SegmentIndex.fromBytes(damaged, 0)).toBeNull();
    }
  });
});
