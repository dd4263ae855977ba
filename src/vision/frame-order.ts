/** A picture's place among those of its camera. */
export interface FramePlace {
  readonly sensor: string;
  readonly streamId: string;
  /** Since the stream began, from 0. */
  readonly frameIndex: number;
}

/** `duplicate`: the last one again; `stale`: older than that; `gap`: some before it did not come. */
export type FrameNotice = 'duplicate' | 'stale' | 'gap' | 'stream_changed';

/**
 * Where the pictures of cameras stand after those before them, for what is told of a camera. What it remembers begins anew
 * with each start, so nothing may depend on it that is stored.
 */
export class FrameOrder {
  readonly #last = new Map<string, FramePlace>();

  /** What is odd about a picture; null when it follows the one before it, or is the first of its camera. */
  observe(frame: FramePlace): FrameNotice | null {
    const last = this.#last.get(frame.sensor);
    const notice = last ? noticeOf(frame, last) : null;
    if (notice !== 'stale') this.#last.set(frame.sensor, frame);
    return notice;
  }
}

function noticeOf(frame: FramePlace, last: FramePlace): FrameNotice | null {
  if (frame.streamId !== last.streamId) return 'stream_changed';
  const step = frame.frameIndex - last.frameIndex;
  if (step === 1) return null;
  return step === 0 ? 'duplicate' : step < 0 ? 'stale' : 'gap';
}
