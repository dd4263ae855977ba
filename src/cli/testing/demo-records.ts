import type { AnyRecord } from '../../records/codec.js';
import type {
  Alarm,
  ImageAssignment,
  MachineScore,
  ModelAnnouncement,
  NoiseAssignment,
  NoiseEvent,
  NoiseLevels,
} from '../../records/types.js';

/** Records for the tests of the demo, of 2026-03-01 14:00:00 UTC and after. */

export const START_US = Date.UTC(2026, 2, 1, 14) * 1000;

const LEVELS = {
  laeqDb: 90,
  lafmaxDb: 96,
  lcpeakDb: 110,
  lzeqDb: 92,
  l10Db: 94,
  l50Db: 88,
  l90Db: 70,
  calibrated: true,
  clippedSamples: 0,
} as const;

export function levels(sensor: string, changes: Partial<NoiseLevels> = {}): AnyRecord {
  const value: NoiseLevels = {
    ...LEVELS,
    sensor,
    streamId: 's',
    timeUs: START_US,
    durationSecs: 1,
    firstSample: 0,
    sampleCount: 16_000,
    sampleRateHz: 16_000,
    silent: false,
    bands: [],
    ...changes,
  };
  return { record: 'noise-levels', value };
}

export function event(id: string, sensor: string, changes: Partial<NoiseEvent> = {}): AnyRecord {
  const value: NoiseEvent = {
    ...LEVELS,
    id,
    sensor,
    streamId: 's',
    startTimeUs: START_US,
    endTimeUs: START_US + 2_500_000,
    onsetTimeUs: START_US + 200_000,
    offsetTimeUs: START_US + 2_000_000,
    durationSecs: 1.8,
    firstSample: 0,
    sampleCount: 40_000,
    sampleRateHz: 16_000,
    peakAmplitude: 0.4,
    cut: false,
    continued: false,
    closedBy: 'release',
    clipUri: null,
    ...changes,
  };
  return { record: 'noise-event', value };
}

export function assignment(eventId: string, changes: Partial<NoiseAssignment> = {}): AnyRecord {
  const value: NoiseAssignment = {
    eventId,
    sensor: 'hall-1-north',
    timeUs: START_US,
    group: 2,
    probability: 0.97,
    logLikelihood: -400,
    novel: false,
    modelVersion: 'v0001-abc',
    runnersUp: [],
    ...changes,
  };
  return { record: 'noise-assignment', value };
}

export function model(changes: Partial<ModelAnnouncement> = {}): AnyRecord {
  const value: ModelAnnouncement = {
    method: 'noise',
    entity: '',
    sequence: 1,
    version: 'v0001-abc',
    state: 'promoted',
    activeFromUs: 0,
    createdUs: START_US,
    kind: 'gmm',
    uri: 'noise/v0001-abc',
    cardSha256: '0',
    parentVersion: null,
    groups: 5,
    seen: [],
    reason: 'The first model, of 30 events.',
    ...changes,
  };
  return { record: 'model-announcement', value };
}

/** @param path empty: novel */
export function imageAssignment(
  frameId: string,
  path: readonly number[],
  changes: Partial<ImageAssignment> = {},
): AnyRecord {
  const value: ImageAssignment = {
    frameId,
    sensor: 'strip-camera',
    timeUs: START_US,
    path,
    probability: 0.9,
    logLikelihood: null,
    novel: path.length === 0,
    suspectedLabel: null,
    labelConfidence: null,
    modelVersion: 'v0001-abc',
    nearLabel: 'ok',
    noveltyScore: 0.6,
    runnersUp: [],
    ...changes,
  };
  return { record: 'image-assignment', value };
}

export function imageModel(changes: Partial<ModelAnnouncement> = {}): AnyRecord {
  const reason = 'The first model, of 80 images.';
  return model({ method: 'image', kind: 'kmeans', groups: 4, reason, ...changes });
}

/** A model of a machine; of all machines without a name. */
export function machineModel(entity: string, changes: Partial<ModelAnnouncement> = {}): AnyRecord {
  const reason = 'The first model, of 96 segments.';
  return model({ method: 'machine', kind: 'residual', entity, groups: 0, reason, ...changes });
}

export function machineScore(sensor: string, changes: Partial<MachineScore> = {}): AnyRecord {
  const detector = { provisional: true, verdict: 'normal', alarm: false } as const;
  const value: MachineScore = {
    segmentId: 'segment',
    sensor,
    streamId: 's',
    firstSample: 0,
    timeUs: START_US,
    durationSecs: 1.1,
    levelDb: 70,
    clippedSamples: 0,
    residual: 0.45,
    bandResiduals: [0.4, 0.5],
    verdict: 'normal',
    detectors: [
      { ...detector, detector: 'sudden', segments: 1, meanResidual: 0.45, threshold: 0.6 },
      { ...detector, detector: 'creeping', segments: 20, meanResidual: 0.44, threshold: 0.5 },
    ],
    modelVersion: 'v0001-abc',
    ...changes,
  };
  return { record: 'machine-score', value };
}

export function machineAlarm(
  id: string,
  sensor: string,
  detector: string,
  changes: Partial<Alarm> = {},
): AnyRecord {
  const value: Alarm = {
    id,
    sensor,
    timeUs: START_US,
    kind: 'machine_abnormal',
    state: 'raised',
    severity: 'warning',
    message: 'The mean of 20 segments is 0.71, above the threshold of 0.5.',
    value: 0.71,
    threshold: 0.5,
    subjectId: null,
    modelVersion: 'v0001-abc',
    evidence: {
      detector,
      segments: detector === 'sudden' ? 1 : 20,
      firstUs: START_US - 20_000_000,
      lastUs: START_US,
      means: 21,
      meanResidual: 0.6,
      peakMean: 0.71,
      peakResidual: 0.9,
      peakUs: START_US - 2_000_000,
      bands: [
        { lowHz: 2547, highHz: 3056, residual: 2.1, normalResidual: 0.3 },
        { lowHz: 2038, highHz: 2547, residual: 1, normalResidual: 0.3 },
      ],
      clipUri: null,
      closedBy: null,
    },
    ...changes,
  };
  return { record: 'alarm', value };
}
