/** Tells what a chunk's place in the stream means, for counting. */
import type { ChunkOrder, LastChunk } from './chunk-order.js';
import { SampleClock } from './sample-clock.js';
import type { Notice, SoundChunk } from './sensor-records.js';

export function noticesOf(order: ChunkOrder, chunk: SoundChunk, last: LastChunk): Notice[] {
  const at = { timeUs: chunk.startTimeUs, streamId: chunk.streamId };
  const gap = (samples: number): Notice[] =>
    samples === 0 ? [] : [{ ...at, kind: 'gap', samples, durationSecs: samples / chunk.sampleRateHz }];
  const duplicate = (samples: number): Notice[] =>
    samples === 0 ? [] : [{ ...at, kind: 'duplicate', samples }];
  switch (order.kind) {
    case 'next':
      return duplicate(order.skip);
    case 'duplicate':
      return duplicate(chunk.samples.length);
    case 'stale':
      return [{ ...at, kind: 'stale', samples: chunk.samples.length }];
    case 'gap':
      return gap(order.missing);
    case 'clock_jump': {
      const { skip, missing, jumpUs } = order;
      const timeUs = SampleClock.of(chunk).timeOf(chunk.firstSample + skip);
      return [...duplicate(skip), ...gap(missing), { ...at, timeUs, kind: 'clock_jump', jumpUs }];
    }
    case 'stream_change':
      return [{ ...at, kind: 'stream_changed', previousStreamId: last.streamId }];
    case 'rate_change':
      return [{ ...at, kind: 'sample_rate_changed', fromHz: last.sampleRateHz, toHz: chunk.sampleRateHz }];
    case 'calibration_change': {
      const [fromDb, toDb] = [last.calibrationDbSpl, chunk.calibrationDbSpl];
      return [{ ...at, kind: 'calibration_changed', fromDb, toDb }];
    }
    case 'count_reset':
      return [{ ...at, kind: 'count_reset', fromSample: last.nextSample, toSample: chunk.firstSample }];
  }
}
