import { describe, expect, it } from 'vitest';
import type { SensorOptions } from './sensor-options.js';
import { checkSensorOptions, secsToTicks } from './sensor-options.js';

const trigger = { thresholdDb: 70 };

describe('sensor options', () => {
  it('have defaults for all but the threshold', () => {
    expect(checkSensorOptions({ trigger })).toMatchObject({
      gridSecs: 10,
      warmupSecs: 1,
      trigger: { thresholdDb: 70, weighting: 'A', timeWeighting: 'fast', maxDurationSecs: 60 },
    });
    expect(checkSensorOptions({ trigger: null })).toMatchObject({ trigger: null, thirdOctaves: false });
  });

  it('warm up for at least the pre-roll', () => {
    expect(checkSensorOptions({ trigger: { ...trigger, preRollSecs: 2.5 } }).warmupSecs).toBe(2.5);
  });

  it('are refused with the name of the wrong one', () => {
    const wrong: readonly (readonly [string, SensorOptions])[] = [
      ['threshold_db', { trigger: { thresholdDb: Number.NaN } }],
      ['hysteresis_db', { trigger: { ...trigger, hysteresisDb: -1 } }],
      ['release_secs', { trigger: { ...trigger, releaseSecs: 0 } }],
      ['max_duration_secs', { trigger: { ...trigger, maxDurationSecs: 15 } }],
      ['min_duration_secs', { trigger: { ...trigger, minDurationSecs: 61 } }],
      ['pre_roll_secs', { trigger: { ...trigger, preRollSecs: -0.1 } }],
      ['warmup_secs', { trigger: { ...trigger, preRollSecs: 11 } }],
      ['warmup_secs', { trigger: null, warmupSecs: 0.5 }],
      ['grid_secs', { trigger: null, gridSecs: 2.5 }],
      ['grid_secs', { trigger: null, gridSecs: 0 }],
      ['clock_jump_secs', { trigger: null, clockJumpSecs: 1 }],
    ];
    for (const [name, options] of wrong) {
      expect(() => checkSensorOptions(options)).toThrow(
        expect.objectContaining({ code: 'PARAMETER_INVALID', message: expect.stringContaining(name) }),
      );
    }
  });

  it('turn seconds into whole ticks, rounded up', () => {
    expect([0, 0.01, 0.015, 0.29, 0.5].map(secsToTicks)).toEqual([0, 1, 2, 29, 50]);
  });
});
