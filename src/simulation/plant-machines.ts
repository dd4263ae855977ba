import type { BackgroundSpec } from './background.js';
import type { MachineSpec } from './machine-spec.js';
import { PLANT_CALIBRATION_DB_SPL, PLANT_CHUNK_SECS, PLANT_RATE_HZ } from './plant.js';
import type { MicrophoneSpec } from './simulated-microphone.js';

/** What a microphone hears that is fixed to a press: its motor and its fan more than the hall. */
const MOTOR: BackgroundSpec = {
  humHz: 50,
  humDb: 59,
  fanHz: 117,
  fanDb: 57,
  noiseCornerHz: 1500,
  noiseDb: 54,
};

/** Feeds a part, presses it in, and takes the tool back. */
const PRESS: MachineSpec = {
  cycleSecs: 1.9,
  motions: [
    { type: 'sweep', atSecs: 0.1, lastsSecs: 0.5, levelDb: 69, lowHz: 240, highHz: 1300 },
    { type: 'stroke', atSecs: 0.7, lastsSecs: 0.35, levelDb: 69, ringHz: 420 },
    { type: 'sweep', atSecs: 1.15, lastsSecs: 0.4, levelDb: 67, lowHz: 300, highHz: 1800 },
    { type: 'stroke', atSecs: 1.6, lastsSecs: 0.15, levelDb: 65, ringHz: 910 },
  ],
};

/** An older one, slower and deeper. */
const OLDER_PRESS: MachineSpec = {
  cycleSecs: 2.3,
  motions: [
    { type: 'stroke', atSecs: 0.1, lastsSecs: 0.3, levelDb: 68, ringHz: 310 },
    { type: 'sweep', atSecs: 0.5, lastsSecs: 0.7, levelDb: 70, lowHz: 160, highHz: 950 },
    { type: 'stroke', atSecs: 1.3, lastsSecs: 0.4, levelDb: 69, ringHz: 530 },
    { type: 'sweep', atSecs: 1.8, lastsSecs: 0.35, levelDb: 67, lowHz: 200, highHz: 1400 },
  ],
};

/** When the faults begin, after the recorders' start. The models of the machines are learnt before. */
export interface MachineFaultTimes {
  readonly wearFromSecs: number;
  readonly clacksFromSecs: number;
}

const FAULT_TIMES: MachineFaultTimes = { wearFromSecs: 100, clacksFromSecs: 110 };

/** Two machines with a microphone each: a bearing of the first wears, something in the second comes loose and clacks. */
export function plantMachines({
  wearFromSecs,
  clacksFromSecs,
}: MachineFaultTimes = FAULT_TIMES): MicrophoneSpec[] {
  const wear = {
    fromSecs: wearFromSecs,
    overSecs: 60,
    levelDb: 65,
    passHz: 87,
    resonanceHz: 2900,
    whineHz: 2130,
  };
  const clacks = { fromSecs: clacksFromSecs, everySecs: [6, 14], levelDb: 83 } as const;
  return [
    microphone('press-1', MOTOR, { ...PRESS, wear }),
    microphone('press-2', { ...MOTOR, fanHz: 91, noiseDb: 55 }, { ...OLDER_PRESS, clacks }),
  ];
}

function microphone(sensor: string, background: BackgroundSpec, machine: MachineSpec): MicrophoneSpec {
  return {
    sensor,
    background,
    machine,
    sampleRateHz: PLANT_RATE_HZ,
    calibrationDbSpl: PLANT_CALIBRATION_DB_SPL,
    chunkSecs: PLANT_CHUNK_SECS,
    heard: [],
    rhythm: { soundSecs: [1, 2], pauseSecs: [1, 2] },
    faults: [],
  };
}
