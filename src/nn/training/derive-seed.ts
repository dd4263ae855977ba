import { Random } from '../../random.js';

/** What random numbers of a training are for. Each has its own, so that one more draw here changes nothing there. */
export const RANDOM_FOR = { weights: 1, heldOut: 2, order: 3, noise: 4, sample: 5, clustering: 6 } as const;

/**
 * The seed for one purpose at one place, such as the noise of step 7. Nothing of it is kept from step to step: a training
 * that goes on from a checkpoint draws what it would have drawn.
 */
export function deriveSeed(seed: number, purpose: number, index = 0): number {
  const random = new Random(mixIn(mixIn(seed, purpose), index));
  return random.uint32();
}

function mixIn(seed: number, value: number): number {
  const random = new Random(seed);
  // 53 bits, the most that a seed can have.
  const spread = random.uint32() * 2 ** 21 + (random.uint32() >>> 11);
  return (spread + value) % 2 ** 53;
}
