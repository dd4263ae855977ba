import { Random } from '../random.js';
import type { MachineSpec, PlacedSound, RecorderSetting } from './machine-spec.js';
import { boundedNormal, motionSound } from './motion.js';

/** Standard deviations: of a cycle's length, and of when a motion begins in it. */
const CYCLE_SPREAD = 0.015;
const START_SPREAD_SECS = 0.01;

/** The motions of a machine, cycle by cycle and without an end, each cycle a little different. In order of their starts. */
export function* machineCycles(
  { cycleSecs, motions }: MachineSpec,
  at: RecorderSetting,
  seed: number,
): Generator<PlacedSound, void> {
  const random = new Random(seed);
  // A recorder starts at any point of a cycle.
  let cycleAtSecs = -cycleSecs * random.next();
  let notBefore = Number.NEGATIVE_INFINITY;
  for (;;) {
    for (const motion of motions) {
      const secs = cycleAtSecs + motion.atSecs + START_SPREAD_SECS * boundedNormal(random);
      notBefore = Math.max(notBefore, Math.round(secs * at.sampleRateHz));
      yield { firstSample: notBefore, samples: motionSound(motion, at, random) };
    }
    cycleAtSecs += cycleSecs * (1 + CYCLE_SPREAD * boundedNormal(random));
  }
}
