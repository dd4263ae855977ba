import type {
  Alarm,
  ImageAssignment,
  Label,
  MachineScore,
  NoiseAssignment,
  NoiseEvent,
  NoiseLevels,
} from '../../records/types.js';
import type { Sourced } from '../source.js';

const START_US = Date.UTC(2026, 0, 1) * 1000;

/** Levels of second `offset / sensors` of one of `sensors` microphones; every tenth is silent. */
export function levelRow(offset: number, sensors = 4): Sourced<NoiseLevels> {
  const second = Math.floor(offset / sensors);
  const silent = offset % 10 === 9;
  const level = silent ? null : 40 + ((offset * 7) % 300) / 10;
  return {
    source: { partition: 0, offset, index: 0 },
    record: {
      sensor: `mic-${offset % sensors}`,
      streamId: 'stream-1',
      timeUs: START_US + second * 1_000_000,
      durationSecs: 1,
      firstSample: second * 22_050,
      sampleCount: 22_050,
      sampleRateHz: 22_050,
      laeqDb: level,
      lafmaxDb: level === null ? null : level + 3,
      lcpeakDb: level === null ? null : level + 15.5,
      lzeqDb: level,
      l10Db: level,
      l50Db: level,
      l90Db: level,
      silent,
      calibrated: true,
      clippedSamples: offset % 3,
      bands: offset % 2 === 0 ? [] : [{ centreHz: 1000, leqDb: level }],
    },
  };
}

export function eventRow(offset: number): Sourced<NoiseEvent> {
  const startTimeUs = START_US + offset * 7_000_000;
  return {
    source: { partition: 0, offset, index: 0 },
    record: {
      id: `event-${offset}`,
      sensor: `mic-${offset % 4}`,
      streamId: 'stream-1',
      startTimeUs,
      endTimeUs: startTimeUs + 2_000_000,
      onsetTimeUs: startTimeUs + 500_000,
      offsetTimeUs: startTimeUs + 1_500_000,
      durationSecs: 1,
      firstSample: offset * 1000,
      sampleCount: 44_100,
      sampleRateHz: 22_050,
      peakAmplitude: 0.5,
      laeqDb: 70,
      lafmaxDb: 75,
      lcpeakDb: 90,
      lzeqDb: 72,
      l10Db: 73,
      l50Db: 70,
      l90Db: 60,
      calibrated: true,
      clippedSamples: 0,
      cut: offset % 5 === 0,
      continued: false,
      closedBy: 'release',
      clipUri: offset % 2 === 0 ? null : `clips/event-${offset}.flac`,
    },
  };
}

export function assignmentRow(offset: number): Sourced<NoiseAssignment> {
  const novel = offset % 10 === 0;
  return {
    source: { partition: 0, offset, index: 0 },
    record: {
      eventId: `event-${offset}`,
      sensor: `mic-${offset % 4}`,
      timeUs: START_US + offset * 7_000_000,
      group: novel ? null : offset % 3,
      probability: 0.75,
      logLikelihood: -12.5,
      novel,
      modelVersion: 'v1',
      runnersUp: [
        { group: (offset + 1) % 3, probability: 0.125 },
        { group: (offset + 2) % 3, probability: 0.0625 },
      ],
    },
  };
}

/**
 * A picture of one of two cameras, in one of three groups of which the first has two sub-groups. Every tenth is novel; of
 * the first thirty no model was active.
 */
export function imageAssignmentRow(offset: number): Sourced<ImageAssignment> {
  const unassigned = offset < 30;
  const novel = !unassigned && offset % 10 === 0;
  const group = offset % 3;
  const path = group === 0 ? [0, offset % 2] : [group];
  const label = novel || unassigned ? null : (['scratch', 'patch', null][group] ?? null);
  return {
    source: { partition: 0, offset, index: 0 },
    record: {
      frameId: `frame-${offset}`,
      sensor: `cam-${offset % 2}`,
      timeUs: START_US + offset * 30_000_000,
      path: novel || unassigned ? [] : path,
      probability: unassigned ? null : 0.5 + (offset % 8) / 16,
      logLikelihood: null,
      novel,
      suspectedLabel: label,
      labelConfidence: label === null ? null : 0.625,
      modelVersion: unassigned ? null : 'v1',
      nearLabel: offset % 4 === 0 ? null : 'scratch',
      noveltyScore: unassigned ? null : novel ? 1.5 : 0.5,
      runnersUp: unassigned ? [] : [{ path: [(group + 1) % 3], probability: 0.125 }],
    },
  };
}

/** What a person says of a picture or a group, in turn. */
export function labelRow(offset: number): Sourced<Label> {
  const isPicture = offset % 2 === 0;
  return {
    source: { partition: 0, offset, index: 0 },
    record: {
      id: `label-${offset}`,
      timeUs: START_US + offset * 60_000_000,
      subject: isPicture ? 'image' : 'group',
      subjectId: isPicture ? `frame-${offset}` : '0/1',
      action: isPicture ? 'mark' : 'name',
      label: 'scratch',
      modelVersion: isPicture ? null : 'v1',
      author: 'inspector',
      comment: '',
    },
  };
}

/** A segment of one of two machines that age; every tenth is of a machine that is off. */
export function machineScoreRow(offset: number): Sourced<MachineScore> {
  const off = offset % 10 === 9;
  const residual = off ? null : 0.1 + offset / 1000;
  const verdict = off ? 'off' : offset < 150 ? 'normal' : 'abnormal';
  return {
    source: { partition: 0, offset, index: 0 },
    record: {
      segmentId: `segment-${offset}`,
      sensor: `press-${offset % 2}`,
      streamId: 'stream-1',
      firstSample: offset * 11_264,
      timeUs: START_US + offset * 30_000_000,
      durationSecs: 1.099,
      levelDb: off ? null : 71.5,
      clippedSamples: offset % 3,
      residual,
      bandResiduals: residual === null ? [] : [residual / 2, residual * 1.5],
      verdict,
      detectors: [
        {
          detector: 'sudden',
          segments: 1,
          meanResidual: residual,
          threshold: 0.25,
          provisional: false,
          verdict,
          alarm: false,
        },
        {
          detector: 'creeping',
          segments: 20,
          meanResidual: null,
          threshold: 0.2,
          provisional: true,
          verdict: off ? 'off' : 'unknown',
          alarm: offset >= 150,
        },
      ],
      modelVersion: offset < 100 ? 'v1' : 'v2',
    },
  };
}

/** Alarms of a machine and of a microphone in turn; only the machine's have evidence. */
export function alarmRow(offset: number): Sourced<Alarm> {
  const timeUs = START_US + offset * 60_000_000;
  const isMachine = offset % 2 === 0;
  return {
    source: { partition: 0, offset, index: 0 },
    record: {
      id: `alarm-${offset}`,
      sensor: isMachine ? 'press-0' : 'mic-1',
      timeUs,
      kind: isMachine ? 'machine_abnormal' : 'sensor_silent',
      state: 'raised',
      severity: 'warning',
      message: 'Something is wrong.',
      value: isMachine ? 0.5 : null,
      threshold: isMachine ? 0.25 : null,
      subjectId: null,
      modelVersion: isMachine ? 'v1' : null,
      evidence: isMachine
        ? {
            detector: 'creeping',
            segments: 20,
            firstUs: timeUs - 20_000_000,
            lastUs: timeUs,
            means: 21,
            meanResidual: 0.375,
            peakMean: 0.5,
            peakResidual: 0.75,
            peakUs: timeUs - 3_000_001,
            bands: [
              { lowHz: 2037.5, highHz: 2292.1875, residual: 1.5, normalResidual: 0.25 },
              { lowHz: 0, highHz: 254.6875, residual: 0.5, normalResidual: 0.1 },
            ],
            clipUri: 'press-0/segment-7.flac',
            closedBy: null,
          }
        : null,
    },
  };
}

/** Rows `from` up to, not including, `to`. */
export function range<R>(row: (offset: number) => R, from: number, to: number): R[] {
  return Array.from({ length: to - from }, (_, i) => row(from + i));
}
