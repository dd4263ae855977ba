import { describe, expect, it } from 'vitest';
import { type SegmentKind, SegmentWindow, type TopicSegment } from './segment-window.js';

const HOUR_US = 3_600_000_000;
const KIND: SegmentKind = { featureSet: 'stft-a', shape: [1024, 32] };

function segment(number: number, changes: Partial<TopicSegment> = {}): TopicSegment {
  const place = { sensor: 'press-7', streamId: 's1', firstSample: number, partition: 0, offset: number };
  return { ...place, startTimeUs: number * HOUR_US, rank: number, ...changes };
}

describe('the window of segments', () => {
  it("is the last hours of the topic's own time, sorted, each segment once", () => {
    const window = new SegmentWindow(2);
    for (const number of [5, 3, 4, 5, 1]) window.add(segment(number), KIND);
    window.add(segment(4, { sensor: 'a' }), KIND);
    expect(window.segments().map(({ sensor, firstSample }) => [sensor, firstSample])).toEqual([
      ['a', 4],
      ['press-7', 3],
      ['press-7', 4],
      ['press-7', 5],
    ]);
    expect([window.seen, window.newestUs]).toEqual([6, 5 * HOUR_US]);
  });

  it('lets go of what lies before it, however long it goes on', () => {
    const window = new SegmentWindow(10);
    for (let number = 0; number < 1000; number++) window.add(segment(number), KIND);
    expect([window.size, window.firstOffset]).toEqual([11, 989]);
    expect(window.segments()).toHaveLength(11);
  });

  it('begins anew when segments are cut in another way, and takes no late ones of before', () => {
    const window = new SegmentWindow(10);
    const other = { featureSet: 'stft-b', shape: [1024, 32] };
    window.add(segment(1), KIND);
    window.add(segment(2), other);
    window.add(segment(1, { offset: 3 }), KIND);
    expect(window.kind).toEqual(other);
    expect(window.segments().map(({ offset }) => offset)).toEqual([2]);
    window.add(segment(3), { ...other, shape: [512, 32] });
    expect(window.size).toBe(1);
  });

  it('is empty at first', () => {
    const window = new SegmentWindow(1);
    expect([window.size, window.kind, window.firstOffset, window.segments()]).toEqual([0, null, null, []]);
  });
});
