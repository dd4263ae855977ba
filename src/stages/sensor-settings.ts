import type { SensorOptions } from '../audio/sensor-options.js';

/** What a topology says of one microphone. */
export interface SensorSettings {
  readonly calibrationDbSpl: number | null;
  readonly thresholdDb: number;
  readonly weighting: 'A' | 'C' | 'Z';
  readonly timeWeighting: 'fast' | 'slow';
  readonly hysteresisDb: number;
  readonly releaseSecs: number;
  readonly minDurationSecs: number;
  readonly maxDurationSecs: number;
  readonly preRollSecs: number;
  readonly postRollSecs: number;
  readonly holdOffSecs: number;
  readonly thirdOctaves: boolean;
  readonly clips: ClipSettings;
}

export interface ClipSettings {
  readonly mode: 'off' | 'full' | 'band_limited';
  readonly ttlDays: number;
  readonly lowPassHz: number;
}

/** Settings of every microphone: by id, and for those that are not listed (null: they are refused). */
export interface SensorTable {
  readonly byId: ReadonlyMap<string, SensorSettings>;
  readonly others: SensorSettings | null;
}

export interface TimelineOptions {
  readonly gridSecs: number;
  readonly warmupSecs: number;
  readonly clockJumpSecs: number;
}

/** The options of a sensor's stream. */
export function streamOptions(settings: SensorSettings, timeline: TimelineOptions): SensorOptions {
  const { thresholdDb, weighting, timeWeighting, hysteresisDb, releaseSecs } = settings;
  const { minDurationSecs, maxDurationSecs, preRollSecs, postRollSecs, holdOffSecs } = settings;
  return {
    trigger: {
      thresholdDb,
      weighting,
      timeWeighting,
      hysteresisDb,
      releaseSecs,
      minDurationSecs,
      maxDurationSecs,
      preRollSecs,
      postRollSecs,
      holdOffSecs,
    },
    thirdOctaves: settings.thirdOctaves,
    ...timeline,
    warmupSecs: Math.max(timeline.warmupSecs, preRollSecs),
  };
}
