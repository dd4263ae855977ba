import { describe, expect, it } from 'vitest';
import { sensorSettings, sensorsOptions, sensorTable } from './sensor-options.js';

const sensors = (value: unknown) => sensorsOptions.parse(value);

describe('sensorSettings', () => {
  it('changes the defaults option by option, also inside clips', () => {
    const settings = sensorSettings(
      sensors({
        defaults: { threshold_db: -20, clips: { mode: 'full' } },
        by_id: { 'mic-1': { hysteresis_db: 6, clips: { ttl_days: 1 } } },
      }),
      'mic-1',
    );
    expect(settings).toMatchObject({
      thresholdDb: -20,
      hysteresisDb: 6,
      clips: { mode: 'full', ttlDays: 1, lowPassHz: 300 },
    });
  });

  it('can take back a calibration of the defaults', () => {
    const config = sensors({
      defaults: { calibration_db_spl: 94 },
      by_id: { a: { calibration_db_spl: null } },
    });
    expect(sensorSettings(config, 'a')?.calibrationDbSpl).toBeNull();
    expect(sensorSettings(config, 'b')?.calibrationDbSpl).toBe(94);
  });

  it('gives an unknown sensor the defaults, or nothing when unknown sensors are refused', () => {
    expect(sensorSettings(sensors({}), 'toString')).toEqual(sensors({}).defaults);
    const strict = sensors({ unknown: 'dead_letter', by_id: { a: {} } });
    expect(sensorSettings(strict, 'b')).toBeNull();
    expect(sensorSettings(strict, 'a')).toEqual(strict.defaults);
  });
});

describe('sensorTable', () => {
  it('holds what `sensorSettings` gives, for listed sensors and for the others', () => {
    const open = sensors({ by_id: { a: { threshold_db: -50 } } });
    expect(sensorTable(open).byId.get('a')).toEqual(sensorSettings(open, 'a'));
    expect(sensorTable(open).others).toEqual(sensorSettings(open, 'b'));
    expect(sensorTable(sensors({ unknown: 'dead_letter' })).others).toBeNull();
  });
});
