import type { SensorOptions } from '../audio/sensor-options.js';
import { PlantsenseError } from '../errors.js';

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
  /** The machine that it is fixed to; null when it is fixed to none. */
  readonly machine: MachineSettings | null;
}

export interface MachineSettings {
  /** What is quieter is a machine that is off: dB SPL where calibrated, else dBFS; null: only digital silence is. */
  readonly offBelowDb: number | null;
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

/** @throws PlantsenseError SENSOR_UNKNOWN for a sensor that the topology refuses */
export function settingsOf({ byId, others }: SensorTable, sensor: string): SensorSettings {
  const settings = byId.get(sensor) ?? others;
  if (!settings)
    throw new PlantsenseError('SENSOR_UNKNOWN', `The topology does not know the sensor ${sensor}.`);
  return settings;
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
