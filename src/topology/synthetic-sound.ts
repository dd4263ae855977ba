import { Random } from '../random.js';
import type { SyntheticInput } from './test-options.js';

/** A full-scale sine has the RMS 1/√2, evenly distributed noise of amplitude a has a/√3. */
const NOISE_PEAK_OVER_SINE_PEAK = Math.sqrt(3 / 2);

/**
 * The sound of a synthetic input, full scale ±1. Segments begin at the sample nearest to their time, so that rounding
 * doesn't add up. Each tone begins at phase 0.
 */
export function synthesize({ sampleRateHz, segments }: SyntheticInput): Float32Array {
  const ends: number[] = [];
  let secs = 0;
  for (const segment of segments) {
    secs += segment.durationSecs;
    ends.push(Math.round(secs * sampleRateHz));
  }
  const samples = new Float32Array(ends.at(-1) ?? 0);
  let from = 0;
  for (const [i, segment] of segments.entries()) {
    const to = ends[i] ?? from;
    if (segment.type === 'tone') {
      const amplitude = 10 ** (segment.levelDbfs / 20);
      const step = (2 * Math.PI * segment.frequencyHz) / sampleRateHz;
      for (let n = from; n < to; n++) samples[n] = amplitude * Math.sin(step * (n - from));
    } else if (segment.type === 'noise') {
      const amplitude = NOISE_PEAK_OVER_SINE_PEAK * 10 ** (segment.levelDbfs / 20);
      const random = new Random(segment.seed);
      for (let n = from; n < to; n++) samples[n] = amplitude * (2 * random.next() - 1);
    }
    from = to;
  }
  return samples;
}
