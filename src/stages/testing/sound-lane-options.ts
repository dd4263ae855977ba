import type { SensorSettings } from '../sensor-settings.js';
import type { SoundLaneOptions } from '../sound-lane.js';

/** Short grids and low thresholds, so that little sound gives much to check. */
export function soundLaneOptions({
  idleSecs = 3,
  others = true,
}: {
  readonly idleSecs?: number;
  readonly others?: boolean;
} = {}): SoundLaneOptions {
  const settings: SensorSettings = {
    calibrationDbSpl: null,
    thresholdDb: -30,
    weighting: 'A',
    timeWeighting: 'fast',
    hysteresisDb: 3,
    releaseSecs: 0.2,
    minDurationSecs: 0,
    maxDurationSecs: 4,
    preRollSecs: 0.1,
    postRollSecs: 0.1,
    holdOffSecs: 0,
    thirdOctaves: false,
    clips: { mode: 'off', ttlDays: 1, lowPassHz: 300 },
    machine: null,
  };
  return {
    topics: { levels: 'levels', events: 'events', features: 'features', alarms: 'alarms' },
    sensors: { byId: new Map([['m0', settings]]), others: others ? settings : null },
    timeline: { gridSecs: 1, warmupSecs: 1, clockJumpSecs: 0.5 },
    idleSecs,
  };
}
