import type { BackgroundSpec } from './background.js';
import type { Fault } from './faults.js';
import type { PlantSoundName, PlantSounds } from './plant-sounds.js';
import type { MicrophoneSpec } from './simulated-microphone.js';
import type { SoundRhythm } from './sound-schedule.js';

/** The fewest microphones of the plant: those with a place and a story of their own. */
export const LEAST_MICROPHONES = 8;

export const PLANT_RATE_HZ = 16_000;
/** dB SPL of a full-scale sine: high, for the crackling has peaks 35 dB above its level. */
export const PLANT_CALIBRATION_DB_SPL = 130;

export const PLANT_CHUNK_SECS = 0.5;
const RHYTHM: SoundRhythm = { soundSecs: [1, 2], pauseSecs: [1.2, 2.6] };

const HALL: BackgroundSpec = {
  humHz: 50,
  humDb: 68,
  fanHz: 87,
  fanDb: 70,
  noiseCornerHz: 300,
  noiseDb: 70,
};
const BOILERS: BackgroundSpec = {
  ...HALL,
  humHz: 100,
  fanHz: 23,
  fanDb: 76,
  noiseCornerHz: 150,
  noiseDb: 73,
};
const OUTDOORS: BackgroundSpec = { ...HALL, humDb: 52, fanDb: 55, noiseCornerHz: 200, noiseDb: 64 };

interface Place {
  readonly sensor: string;
  readonly background: BackgroundSpec;
  /** What is heard there, from which second on. */
  readonly heard: Readonly<Partial<Record<PlantSoundName, number>>>;
  readonly faults?: readonly Fault[];
}

/** Every sound but the last is heard in several places, so that a group of sounds is no place. */
const PLACES: readonly Place[] = [
  { sensor: 'hall-1-north', background: HALL, heard: { grinder: 0, indexer: 0 } },
  { sensor: 'hall-1-south', background: HALL, heard: { welder: 0, grinder: 0 } },
  { sensor: 'hall-2-north', background: { ...HALL, fanHz: 61 }, heard: { ventilator: 0, welder: 0 } },
  {
    sensor: 'hall-2-south',
    background: { ...HALL, fanHz: 61 },
    heard: { washer: 0, indexer: 0 },
    faults: [{ type: 'gap', fromSecs: 13, lastsSecs: 3, everySecs: 60 }],
  },
  {
    sensor: 'boiler-house',
    background: BOILERS,
    heard: { ventilator: 0, washer: 0 },
    faults: [{ type: 'clock_jump', atSecs: 18, jumpSecs: 1.5 }],
  },
  {
    sensor: 'wash-bay',
    background: { ...HALL, noiseDb: 72 },
    heard: { washer: 0, welder: 0 },
    faults: [{ type: 'duplicates', share: 0.1 }],
  },
  {
    sensor: 'packing',
    background: HALL,
    heard: { indexer: 0, ventilator: 0 },
    faults: [{ type: 'silence', fromSecs: 8, lastsSecs: 32, everySecs: 120 }],
  },
  // The dog comes when a first model has been learnt without it.
  { sensor: 'gate', background: OUTDOORS, heard: { grinder: 0, indexer: 0, dog: 36 } },
];

/** What microphones beyond the named ones hear, in turns. */
const MORE: readonly (readonly PlantSoundName[])[] = [
  ['grinder', 'washer'],
  ['welder', 'indexer'],
  ['ventilator', 'grinder'],
];

/** A small plant: the named microphones, and as many more as asked for. */
export function plantMicrophones(count: number, sounds: PlantSounds): MicrophoneSpec[] {
  return Array.from({ length: count }, (_, i) => {
    const { sensor, background, heard, faults = [] } = PLACES[i] ?? anotherPlace(i);
    return {
      sensor,
      background,
      faults,
      sampleRateHz: PLANT_RATE_HZ,
      calibrationDbSpl: PLANT_CALIBRATION_DB_SPL,
      chunkSecs: PLANT_CHUNK_SECS,
      rhythm: RHYTHM,
      heard: Object.entries(heard).map(([name, fromSecs]) => ({
        source: sounds[name as PlantSoundName],
        fromSecs,
      })),
    };
  });
}

function anotherPlace(index: number): Place {
  const heard = MORE[index % MORE.length]!.map(name => [name, 0] as const);
  return {
    sensor: `hall-3-${index - PLACES.length + 1}`,
    background: HALL,
    heard: Object.fromEntries(heard),
  };
}
