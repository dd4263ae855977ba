import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { measureLevels } from '../audio/measure-levels.js';
import { LEAST_MICROPHONES, PLANT_CALIBRATION_DB_SPL, PLANT_RATE_HZ, plantMicrophones } from './plant.js';
import { loadPlantSounds, PLANT_SOUNDS, type PlantSounds } from './plant-sounds.js';
import { microphoneSchedule, simulatedMicrophone } from './simulated-microphone.js';
import { take } from './testing/plant.js';

const SAMPLES = fileURLToPath(new URL('../../samples/', import.meta.url));
let sounds: PlantSounds;
beforeAll(async () => {
  sounds = await loadPlantSounds(SAMPLES, {
    sampleRateHz: PLANT_RATE_HZ,
    calibrationDbSpl: PLANT_CALIBRATION_DB_SPL,
  });
});

describe('plantMicrophones', () => {
  it('gives each microphone a name of its own, which tells no sound', () => {
    const names = plantMicrophones(40, sounds).map(({ sensor }) => sensor);
    expect(new Set(names).size).toBe(40);
    for (const sound of Object.keys(PLANT_SOUNDS))
      for (const name of names) expect(name).not.toContain(sound);
  });

  it('has each fault at one microphone', () => {
    const faults = plantMicrophones(LEAST_MICROPHONES, sounds).flatMap(({ faults }) =>
      faults.map(({ type }) => type),
    );
    expect(faults.toSorted()).toEqual(['clock_jump', 'duplicates', 'gap', 'silence']);
  });

  it('lets every sound but the dog be heard in several places', () => {
    for (const name of Object.keys(PLANT_SOUNDS)) {
      const places = plantMicrophones(LEAST_MICROPHONES, sounds).filter(({ heard }) =>
        heard.some(({ source }) => source.name === name),
      );
      expect(places.length).toBeGreaterThanOrEqual(name === 'dog' ? 1 : 3);
    }
  });

  it('has a background well below the threshold of the demo, and sounds well above', () => {
    for (const spec of plantMicrophones(LEAST_MICROPHONES, sounds)) {
      const level = (samples: Float32Array) =>
        measureLevels(samples, PLANT_RATE_HZ, spec).overall.laeqDb ?? Number.NaN;
      const quiet = { ...spec, heard: [], faults: [], chunkSecs: 4 };
      expect(level(take(simulatedMicrophone(quiet, 1), 1)[0]!.samples)).toBeLessThan(72);
      for (const { source, recording, gain } of take(microphoneSchedule(spec, 1), 6)) {
        expect(level(source.recordings[recording]!.samples.map(sample => gain * sample))).toBeGreaterThan(85);
      }
    }
  });
});
