import type { AnyRecord } from '../../records/codec.js';
import type { ModelAnnouncement, NoiseAssignment, NoiseEvent, NoiseLevels } from '../../records/types.js';

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
