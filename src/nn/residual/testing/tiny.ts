import { Random } from '../../../random.js';
import type { ResidualArchitecture } from '../architecture.js';

/** As Table A1's, for segments of 32 x 8: few layers, few maps, and a code of eight numbers. */
export const TINY: ResidualArchitecture = {
  shape: [32, 8],
  encoder: [
    { kernelSize: 5, strides: [2, 1], maps: 6 },
    { kernelSize: 4, strides: [2, 2], maps: 8 },
    { kernelSize: 4, strides: [4, 4], maps: 4 },
  ],
  decoder: [
    { kernelSize: 4, strides: [4, 4], maps: 8 },
    { kernelSize: 4, strides: [2, 2], maps: 6 },
    { kernelSize: 5, strides: [2, 1], maps: 1 },
  ],
};

const [BINS, COLUMNS] = TINY.shape;

/**
 * Segments of a machine that repeats itself: a beat every four columns, in a band that is the same each time, in noise.
 * Cut at any place, each with mean 0 and variance 1.
 *
 * @param clack a short noise over all bins in one column
 */
export function machineSegments(count: number, { seed = 1, clack = false } = {}): Float32Array {
  const random = new Random(seed);
  const data = new Float32Array(count * BINS * COLUMNS);
  for (let segment = 0; segment < count; segment++) {
    const values = data.subarray(segment * BINS * COLUMNS, (segment + 1) * BINS * COLUMNS);
    const phase = random.int(4);
    const clackAt = clack ? random.int(COLUMNS) : -1;
    for (let i = 0; i < values.length; i++) {
      const bin = Math.floor(i / COLUMNS);
      const column = i % COLUMNS;
      const isBeat = (column + phase) % 4 === 0 && bin >= 8 && bin < 14;
      values[i] = Math.abs(0.1 * random.normal()) + (isBeat ? 1 : 0.2) + (column === clackAt ? 1 : 0);
    }
    standardise(values);
  }
  return data;
}

function standardise(values: Float32Array): void {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! - mean) / Math.sqrt(variance);
}
