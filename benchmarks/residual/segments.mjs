import { SEGMENT_SAMPLE_RATE_HZ, Segmenter } from '../../dist/audio/segments.js';
import { Random } from '../../dist/random.js';

/** Segments of a machine that hums, beats and hisses. @returns `[count, 1024, 32]` */
export function machineSegments(count, seed) {
  const segmenter = new Segmenter();
  return segmenter.compute(machineSound(segmenter, count, seed));
}

/** Sound of so many segments. */
export function machineSound({ options, samplesPerSegment }, count, seed) {
  const random = new Random(seed);
  const stride = options.step * (options.nFft - options.overlap);
  return Float32Array.from({ length: samplesPerSegment + (count - 1) * stride }, (_, i) => {
    const t = i / SEGMENT_SAMPLE_RATE_HZ;
    const beat = (t * 4) % 1 < 0.2 ? 0.2 * Math.sin(2 * Math.PI * 1200 * t) : 0;
    return 0.2 * Math.sin(2 * Math.PI * 150 * t) + beat + 0.02 * random.normal();
  });
}
