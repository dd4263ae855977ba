import { describe, expect, it } from 'vitest';
import { cutOff } from './log-retention.js';

const segments = [0, 10, 20, 30].map((baseOffset, i) => ({
  baseOffset,
  size: 100,
  maxTimestampMs: i * 1_000,
}));

describe('cutOff', () => {
  it('keeps everything without limits', () => {
    expect(cutOff(segments, {}, 1e12)).toBe(0);
  });

  it('lets segments go whose last message is too old', () => {
    expect(cutOff(segments, { retentionMs: 5_000 }, 6_500)).toBe(20);
    expect(cutOff(segments, { retentionMs: 5_000 }, 6_000)).toBe(10);
  });

  it('keeps a segment that holds one message that is young enough', () => {
    const mixed = [segments[1]!, { ...segments[2]!, maxTimestampMs: 500 }, segments[3]!];
    // The old segment behind the young one stays too: what goes is always the beginning.
    expect(cutOff(mixed, { retentionMs: 1_000 }, 1_800)).toBe(10);
  });

  it('keeps at least as many bytes as it may', () => {
    expect(cutOff(segments, { retentionBytes: 300 }, 0)).toBe(10);
    expect(cutOff(segments, { retentionBytes: 301 }, 0)).toBe(0);
    expect(cutOff(segments, { retentionBytes: 150 }, 0)).toBe(20);
  });

  it('never lets the last segment go', () => {
    expect(cutOff(segments, { retentionBytes: 1, retentionMs: 1 }, 1e12)).toBe(30);
  });
});
