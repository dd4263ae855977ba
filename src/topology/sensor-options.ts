import { z } from 'zod';
import type { SensorTable } from '../stages/sensor-settings.js';
import { named, number, optional, options, text, withDefaults } from './options.js';

const CLIPS = {
  mode: z
    .enum(['off', 'full', 'band_limited'])
    .describe(
      'Whether the sound of events is kept: `off`, `full`, or `band_limited` to below `low_pass_hz`. Microphones record speech: keep clips only where that is allowed.',
    ),
  ttl_days: number(0.01, 36_500).describe('After how long a clip is deleted.'),
  low_pass_hz: number(50, 20_000).describe(
    'The upper limit of a band-limited clip. Speech is no longer understood well below 500 Hz.',
  ),
};

const SENSOR = {
  calibration_db_spl: number(0, 250)
    .nullable()
    .describe(
      "Sound pressure level of a full-scale sine, as `plantsense calibrate` measures it. `null`: the chunks' own, and without one levels are dBFS.",
    ),
  threshold_db: number(-150, 200).describe(
    'An event begins at this level: dB SPL for a calibrated sensor, else dBFS. It depends on the distance to the source.',
  ),
  weighting: z.enum(['A', 'C', 'Z']).describe('Frequency weighting of the trigger (IEC 61672).'),
  time_weighting: z
    .enum(['fast', 'slow'])
    .describe('Time weighting of the trigger: 125 ms or 1 s (IEC 61672).'),
  hysteresis_db: number(0, 60).describe('An event may end this far below the threshold.'),
  release_secs: number(0.01, 60).describe('An event ends when the level has been below for this long.'),
  min_duration_secs: number(0, 60).describe('Shorter events are left out.'),
  max_duration_secs: number(0.1, 600).describe(
    'A longer event is cut at a grid point before this and continued as another.',
  ),
  pre_roll_secs: number(0, 60).describe('Sound before the threshold was reached that belongs to the event.'),
  post_roll_secs: number(0, 60).describe('Sound after the release that belongs to the event.'),
  hold_off_secs: number(0, 600).describe('No new event begins for this long after one has ended.'),
  third_octaves: z.boolean().describe('Whether third-octave bands are computed too (IEC 61260).'),
};

const machine = options({
  off_below_db: number(-200, 200)
    .nullable()
    .default(null)
    .describe(
      'What is quieter is a machine that is off: dB SPL for a calibrated sensor, else dBFS. `null`: only digital silence is.',
    ),
}).nullable();
const MACHINE_TEXT =
  'Set it, `{}` will do, for a microphone that is fixed to a machine: a `machine_residual` stage then scores what it hears.';

const clipsWithDefaults = options(withDefaults(CLIPS, { mode: 'off', ttl_days: 30, low_pass_hz: 300 }));
const CLIPS_TEXT = 'What is kept of the sound of events.';

const defaults = options({
  ...withDefaults(SENSOR, {
    calibration_db_spl: null,
    threshold_db: -30,
    weighting: 'A',
    time_weighting: 'fast',
    hysteresis_db: 3,
    release_secs: 0.5,
    min_duration_secs: 0.2,
    max_duration_secs: 30,
    pre_roll_secs: 0.5,
    post_roll_secs: 0.5,
    hold_off_secs: 0,
    third_octaves: false,
  }),
  clips: clipsWithDefaults.prefault({}).describe(CLIPS_TEXT),
  machine: machine.default(null).describe(MACHINE_TEXT),
});

export const sensorOverrides = options({
  ...optional(SENSOR),
  clips: options(optional(CLIPS)).optional().describe(CLIPS_TEXT),
  machine: machine.optional().describe(MACHINE_TEXT),
});

const sensorId = text(
  /^[^\s\p{Cc}](?:[^\p{Cc}]{0,198}[^\s\p{Cc}])?$/u,
  'a sensor id of up to 200 characters, without control characters or spaces around it',
);

export const sensorsOptions = options({
  unknown: z
    .enum(['accept', 'dead_letter'])
    .default('accept')
    .describe(
      'What happens to chunks and pictures of a sensor that `by_id` does not list: the defaults hold, or dead letter.',
    ),
  defaults: defaults.prefault({}).describe('Settings of every sensor.'),
  by_id: named(sensorId, sensorOverrides)
    .prefault({})
    .describe('Settings of one sensor, where they differ from the defaults.'),
});

/** All settings of one sensor. */
export type SensorSettings = z.output<typeof defaults>;
export type SensorOverrides = z.output<typeof sensorOverrides>;
export type SensorsOptions = z.output<typeof sensorsOptions>;

/** The defaults with what `overrides` says of them, option by option, clips too. */
export function overrideSensor(settings: SensorSettings, changes: SensorOverrides): SensorSettings {
  return {
    ...settings,
    ...present(changes),
    clips: { ...settings.clips, ...present(changes.clips ?? {}) },
  };
}

/** The settings of sensor `id`; null when it is not listed and unknown sensors are not accepted. */
export function sensorSettings(sensors: SensorsOptions, id: string): SensorSettings | null {
  const changes = sensors.byId.get(id);
  if (changes) return overrideSensor(sensors.defaults, changes);
  return sensors.unknown === 'accept' ? sensors.defaults : null;
}

/** All settings of every listed sensor, and of the others: null when they are refused. */
export function sensorTable(sensors: SensorsOptions): SensorTable {
  const byId = [...sensors.byId].map(
    ([id, changes]) => [id, overrideSensor(sensors.defaults, changes)] as const,
  );
  return { byId: new Map(byId), others: sensors.unknown === 'accept' ? sensors.defaults : null };
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Present<T>;
}
