// What the microphones hear: quiet noise, and one loud event a minute. The same sounds for ours and the peer.
import { Random } from '../../dist/random.js';

export const SAMPLE_RATE_HZ = 22_050;
const SECS = 60;
const SOUNDS = 8;

/** @returns {Int16Array[]} */
export function sounds() {
  return Array.from({ length: SOUNDS }, (_, seed) => {
    const random = new Random(seed);
    const samples = Int16Array.from({ length: SECS * SAMPLE_RATE_HZ }, () =>
      Math.round(60 * random.normal()),
    );
    const first = Math.floor((5 + 45 * random.next()) * SAMPLE_RATE_HZ);
    const length = Math.floor((1 + 2 * random.next()) * SAMPLE_RATE_HZ);
    const hz = 200 + 1800 * random.next();
    for (let i = first; i < first + length; i++)
      samples[i] = 12_000 * Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE_HZ) + samples[i];
    return samples;
  });
}
