import type { LogSegment } from './log-segment.js';

export interface Retention {
  readonly retentionMs?: number;
  readonly retentionBytes?: number;
}

/** The offset before which retention lets everything go: that of a segment's beginning. The last segment stays. */
export function cutOff(
  segments: readonly Pick<LogSegment, 'baseOffset' | 'size' | 'maxTimestampMs'>[],
  { retentionMs = Number.POSITIVE_INFINITY, retentionBytes = Number.POSITIVE_INFINITY }: Retention,
  nowMs: number,
): number {
  let bytes = segments.reduce((sum, segment) => sum + segment.size, 0);
  let first = 0;
  for (; first < segments.length - 1; first++) {
    const { size, maxTimestampMs } = segments[first]!;
    const expired = maxTimestampMs < nowMs - retentionMs;
    const tooMuch = bytes - size >= retentionBytes;
    if (!expired && !tooMuch) break;
    bytes -= size;
  }
  return segments[first]!.baseOffset;
}
