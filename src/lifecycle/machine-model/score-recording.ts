import { MachineMonitor } from '../../anomaly/machine-monitor.js';
import type { MachineSegment, SegmentVerdict } from '../../anomaly/machine-segment.js';
import { SEGMENT_SAMPLE_RATE_HZ } from '../../audio/segments.js';
import { memorySource } from '../../nn/training/row-source.js';
import type { MachineModel } from './machine-model.js';
import { segmentBlocks, segmentStride } from './segment-blocks.js';

/** A segment of a recording with what the model says of it. */
export interface ScoredSegment {
  readonly segment: MachineSegment;
  readonly verdict: SegmentVerdict;
}

const US = 1_000_000;

/**
 * Scores a recording, segment by segment, and says what detectors make of it. Its first sample has the event time 0. A
 * detector's mean of n comes with the n-th segment. Alarms that are still open close with the last segment.
 *
 * @param samples mono, at 16,300 Hz
 * @param offBelowDb what is quieter is a machine that is off, dBFS; null: only digital silence is
 * @throws PlantsenseError AUDIO_EMPTY, AUDIO_TOO_SHORT
 */
export async function* scoreRecording(
  model: MachineModel,
  samples: Float32Array,
  offBelowDb: number | null = null,
): AsyncGenerator<ScoredSegment> {
  const segmenter = model.segmenter();
  const monitor = new MachineMonitor(model.monitorOptions(offBelowDb));
  const { network } = model;
  const bands = model.details.normalBands.length;
  const stride = segmentStride(segmenter);
  const timeUs = (sample: number) => Math.round((sample * US) / SEGMENT_SAMPLE_RATE_HZ);
  const total = segmenter.count(samples.length);
  for (const { first, count, segments, levelsDb } of segmentBlocks(segmenter, samples)) {
    const { residuals, bandResiduals } = await model.score(
      memorySource(segments, network.architecture.shape),
    );
    for (let i = 0; i < count; i++) {
      const start = (first + i) * stride;
      const segment: MachineSegment = {
        startUs: timeUs(start),
        endUs: timeUs(start + segmenter.samplesPerSegment),
        afterGap: first + i === 0,
        levelDb: levelsDb[i]!,
        residual: residuals[i]!,
        bandResiduals: bandResiduals.slice(i * bands, (i + 1) * bands),
      };
      const verdict = monitor.step(segment);
      const isLast = first + i + 1 === total;
      const alarms = isLast ? [...verdict.alarms, ...monitor.end()] : verdict.alarms;
      yield { segment, verdict: { ...verdict, alarms } };
    }
  }
}
