import type { AlarmRecord } from '../anomaly/alarm.js';
import { bandHz, equalBands } from '../anomaly/frequency-bands.js';
import type { MachineSegment, SegmentState, SegmentVerdict } from '../anomaly/machine-segment.js';
import type { WorseBand } from '../anomaly/worst-bands.js';
import type { SoundSegment } from '../audio/segment-stream.js';
import { SEGMENT_SAMPLE_RATE_HZ } from '../audio/segments.js';
import type { MachineDetails } from '../lifecycle/machine-model/machine-details.js';
import { codec } from '../records/codec.js';
import { originId } from '../records/ids.js';
import { tensorBytes } from '../records/tensor-bytes.js';
import type { MachineVerdict } from '../records/types.js';
import { type JudgedAlarm, UNREACHABLE } from './machine-state.js';
import type { Outgoing } from './outgoing.js';

/** Records that are made of a machine's segments, encoded. */

/** Id of a segment: a hash of sensor, stream and first sample. */
export function segmentId(sensor: string, { streamId, firstSample }: SoundSegment): string {
  return originId('segment', sensor, streamId, firstSample);
}

/** @param tensor standardised magnitudes, `[bins, width]` */
export function machineFeaturesRecord(
  topic: string,
  sensor: string,
  sound: SoundSegment,
  featureSet: string,
  shape: readonly number[],
  tensor: Float32Array,
): Outgoing {
  const { streamId, firstSample, startUs, endUs } = sound;
  const value = codec('machine-features').encode({
    segmentId: segmentId(sensor, sound),
    ...{ sensor, streamId, startTimeUs: startUs, firstSample, durationSecs: (endUs - startUs) / 1e6 },
    ...{ featureSet, shape, tensor: tensorBytes(tensor) },
  });
  return { topic, key: sensor, value, dataEndUs: endUs };
}

/** A segment, what detectors say of it, and their n. */
export interface JudgedSegment {
  readonly sound: SoundSegment;
  readonly segment: MachineSegment;
  readonly verdict: SegmentVerdict;
  readonly ns: readonly number[];
}

/** What a record needs to know of a model. */
export interface RecordedModel {
  readonly version: string;
  readonly details: MachineDetails;
}

export function machineScoreRecord(
  topic: string,
  sensor: string,
  { sound, segment, verdict, ns }: JudgedSegment,
  { version, details }: RecordedModel,
): Outgoing {
  const { streamId, firstSample, startUs, endUs, clippedSamples } = sound;
  const isOff = verdict.state === 'off';
  const value = codec('machine-score').encode({
    segmentId: segmentId(sensor, sound),
    ...{ sensor, streamId, firstSample, timeUs: startUs, durationSecs: (endUs - startUs) / 1e6 },
    ...{ levelDb: segment.levelDb, clippedSamples },
    residual: isOff ? null : segment.residual,
    bandResiduals: isOff ? [] : Array.from(segment.bandResiduals ?? []),
    verdict: VERDICTS[verdict.state],
    detectors: verdict.detectors.flatMap(({ detector, mean, state, alarm }, i) => {
      const threshold = details.thresholds.find(({ n }) => n === ns[i]);
      if (!threshold) return [];
      const { n, alpha, provisional } = threshold;
      return {
        ...{ detector, segments: n, meanResidual: mean, threshold: alpha, provisional },
        ...{ verdict: VERDICTS[state], alarm },
      };
    }),
    modelVersion: version,
  });
  return { topic, key: sensor, value, dataEndUs: endUs };
}

const VERDICTS: Readonly<Record<SegmentState, MachineVerdict>> = {
  normal: 'normal',
  abnormal: 'abnormal',
  off: 'off',
  gap: 'unknown',
};

/** What raised an alarm. */
export interface RaisedBy {
  readonly sound: SoundSegment;
  readonly clipUri: string | null;
}

/** @param raisedBy null when the alarm is cleared */
export function machineAlarmRecord(
  topic: string,
  sensor: string,
  { alarm, version, details }: JudgedAlarm,
  raisedBy: RaisedBy | null,
): Outgoing {
  const { kind, detector, n, alpha, openedUs, atUs, closedBy, evidence, worstBands } = alarm;
  const { firstUs, lastUs, segments, meanScore, peakScore, peakResidual, peakUs } = evidence;
  const value = codec('alarm').encode({
    id: originId(`machine ${detector}`, sensor, '', openedUs),
    ...{ sensor, timeUs: atUs, kind: 'machine_abnormal' },
    state: kind === 'opened' ? 'raised' : 'cleared',
    severity: 'warning',
    message: kind === 'opened' ? raisedMessage(alarm) : CLEARED[closedBy ?? 'end'],
    ...{ value: peakScore, threshold: alpha < UNREACHABLE ? alpha : null, modelVersion: version },
    subjectId: raisedBy && segmentId(sensor, raisedBy.sound),
    evidence: {
      ...{ detector, segments: n, firstUs, lastUs, means: segments },
      ...{ meanResidual: meanScore, peakMean: peakScore, peakResidual, peakUs },
      bands: details ? worstBands.map(band => bandRecord(band, details)) : [],
      ...{ clipUri: raisedBy?.clipUri ?? null, closedBy },
    },
  });
  return { topic, key: sensor, value };
}

function bandRecord({ band, residual, normalResidual }: WorseBand, details: MachineDetails) {
  const { nFft } = details.segment;
  const bands = equalBands(nFft / 2, details.normalBands.length);
  const [lowHz, highHz] = bandHz(bands, band, SEGMENT_SAMPLE_RATE_HZ, nFft);
  return { lowHz, highHz, residual, normalResidual };
}

function raisedMessage({ n, alpha, evidence: { peakScore } }: AlarmRecord): string {
  const what = n === 1 ? 'The residual of a segment' : `The mean residual of ${n} segments`;
  return `${what} is ${peakScore.toPrecision(3)}, above the threshold of ${alpha.toPrecision(3)}.`;
}

const CLEARED: Readonly<Record<NonNullable<AlarmRecord['closedBy']>, string>> = {
  released: 'The machine sounds as usual again.',
  off: 'The machine has been off for a while.',
  gap: 'Nothing has been heard of the machine for a while, or no model has scored it.',
  end: 'Nothing more comes from the sensor.',
};
