import { describe, expect, it } from 'vitest';
import { measureLevels } from '../audio/measure-levels.js';
import { PLANT_RATE_HZ } from './plant.js';
import { plantMachines } from './plant-machines.js';
import { simulatedMicrophone } from './simulated-microphone.js';
import { take } from './testing/plant.js';

const AT = { wearFromSecs: 10, clacksFromSecs: 10 };
const NEVER = { wearFromSecs: 1e6, clacksFromSecs: 1e6 };

const record = (times: typeof AT, secs: number) =>
  plantMachines(times).map(spec =>
    Float32Array.from(
      take(simulatedMicrophone(spec, 3), secs / spec.chunkSecs).flatMap(({ samples }) => [...samples]),
    ),
  );

describe('plantMachines', () => {
  const healthy = record(NEVER, 100);
  const faulty = record(AT, 100);

  it('are healthy until their time, and two different machines', () => {
    healthy.forEach((sound, i) => {
      expect(faulty[i]!.subarray(0, 10 * PLANT_RATE_HZ)).toEqual(sound.subarray(0, 10 * PLANT_RATE_HZ));
      expect(faulty[i]).not.toEqual(sound);
    });
    expect(healthy[0]).not.toEqual(healthy[1]);
  });

  it('are no noise events, faults included: the microphones of the plant have their own thresholds', () => {
    for (const [i, spec] of plantMachines(AT).entries()) {
      const { laeqDb, lafMaxDb } = measureLevels(faulty[i]!, PLANT_RATE_HZ, spec).overall;
      expect(laeqDb).toBeGreaterThan(65);
      expect(lafMaxDb).toBeLessThan(80);
    }
  });

  it('age and clack by little: no level would tell', () => {
    plantMachines(AT).forEach((spec, i) => {
      const level = (sound: Float32Array) =>
        measureLevels(sound.subarray(30 * PLANT_RATE_HZ), PLANT_RATE_HZ, spec).overall.laeqDb ?? 0;
      const rise = level(faulty[i]!) - level(healthy[i]!);
      expect(rise).toBeGreaterThan(0.1);
      expect(rise).toBeLessThan(3);
    });
  });
});
