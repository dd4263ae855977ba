/** Levels of a whole recording, and of each of its seconds. For files; a running sensor has `SensorStream`. */
import type { SoundLevels } from './level.js';
import { LevelSum, powerToDb } from './level.js';
import { LevelMeter } from './level-meter.js';
import type { OctaveBand } from './octave-bands.js';
import { SampleClock } from './sample-clock.js';
import { TICK_FIELDS, TICK_US, TICKS_PER_SECOND } from './tick.js';

export interface MeasuredLevels extends SoundLevels {
  readonly startSecs: number;
  readonly durationSecs: number;
  readonly silent: boolean;
  readonly peakAmplitude: number;
  readonly clippedSamples: number;
  /** Unweighted levels of `RecordingLevels.bands`; `null` when they are not wanted. */
  readonly bandsDb: readonly (number | null)[] | null;
}

export interface RecordingLevels {
  /** Levels are dB SPL; otherwise dBFS (0 dB: the RMS of a full-scale sine). */
  readonly calibrated: boolean;
  readonly bands: readonly OctaveBand[] | null;
  readonly overall: MeasuredLevels;
  /** From the recording's start; the last may be shorter. */
  readonly seconds: readonly MeasuredLevels[];
}

/**
 * @param samples mono, full scale ±1
 * @throws PlantsenseError PARAMETER_INVALID when the rate is outside 8-192 kHz
 */
export function measureLevels(
  samples: Float32Array,
  sampleRateHz: number,
  options: { readonly calibrationDbSpl?: number | null; readonly thirdOctaves?: boolean } = {},
): RecordingLevels {
  const calibration = options.calibrationDbSpl ?? null;
  const meter = new LevelMeter(sampleRateHz, {
    triggerWeighting: 'A',
    triggerTimeWeighting: 'fast',
    thirdOctaves: options.thirdOctaves ?? false,
  });
  const clock = new SampleClock(0, sampleRateHz);
  const tick = new Float64Array(TICK_FIELDS);
  const [second, whole] = [new LevelSum(), new LevelSum()];
  const bandEnergies = new Float64Array(meter.bands?.bands.length ?? 0);
  const seconds: MeasuredLevels[] = [];
  const measured = (sum: LevelSum, endSample: number, bandPowers: Float64Array | null): MeasuredLevels => ({
    startSecs: (endSample - sum.sampleCount) / sampleRateHz,
    durationSecs: sum.sampleCount / sampleRateHz,
    silent: sum.silent,
    peakAmplitude: sum.peakAmplitude,
    clippedSamples: sum.clippedSamples,
    ...sum.levels(calibration),
    bandsDb:
      bandPowers && Array.from(bandPowers, power => (sum.silent ? null : powerToDb(power, calibration))),
  });
  meter.start(samples[0] ?? 0);
  let position = 0;
  for (let number = 1; position < samples.length; number++) {
    const end = Math.min(samples.length, clock.firstSampleAt(number * TICK_US));
    meter.add(samples, position, end);
    meter.endTick(tick);
    second.add(tick);
    whole.add(tick);
    position = end;
    if (number % TICKS_PER_SECOND === 0 || position === samples.length) {
      const powers = meter.bands?.takeMeanSquares() ?? null;
      powers?.forEach((power, i) => {
        bandEnergies[i] = bandEnergies[i]! + (Number.isNaN(power) ? 0 : power * second.sampleCount);
      });
      seconds.push(measured(second, position, powers));
      second.reset();
    }
  }
  const wholePowers = meter.bands && bandEnergies.map(energy => energy / samples.length);
  return {
    calibrated: calibration !== null,
    bands: meter.bands?.bands ?? null,
    overall: measured(whole, samples.length, wholePowers),
    seconds,
  };
}
