import type { NoiseAssignment, NoiseEvent, NoiseLevels } from '../../records/types.js';
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

/** Rows `from` up to, not including, `to`. */
export function range<R>(row: (offset: number) => R, from: number, to: number): R[] {
  return Array.from({ length: to - from }, (_, i) => row(from + i));
}
