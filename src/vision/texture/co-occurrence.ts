import type { GreyImage } from '../grey.js';

/** Levels of grey that are told apart. */
export const LEVELS = 32;

/** A step from a pixel to the one that it is compared with. */
export interface Step {
  readonly down: number;
  readonly across: number;
}

/** The four directions that differ when a step and its opposite count as one: 0°, 45°, 90° and 135°. */
const ANGLES = [0, Math.PI / 4, Math.PI / 2, (3 * Math.PI) / 4];

/** What {@link coOccurrenceProperties} says of a matrix, in its order. */
export const PROPERTIES = ['contrast', 'homogeneity', 'energy', 'correlation', 'entropy'] as const;

/** Steps over a distance in pixels in the four directions, as scikit-image rounds them. */
export function steps(distance: number): Step[] {
  return ANGLES.map(angle => ({
    down: Math.round(Math.sin(angle) * distance),
    across: Math.round(Math.cos(angle) * distance),
  }));
}

/**
 * Grey-level co-occurrence matrix (Haralick 1973) of a picture in 32 levels, symmetric and normalised, as scikit-image's
 * `graycomatrix(image // 8, …, levels=32, symmetric=True, normed=True)`: how often two levels lie one step apart.
 *
 * @param step `down` from 0, and smaller than the picture
 * @returns `[LEVELS, LEVELS]`, which adds up to 1
 */
export function coOccurrence(image: GreyImage, step: Step): Float64Array {
  const { width, height, data } = image;
  const { down, across } = step;
  const counts = new Int32Array(LEVELS * LEVELS);
  const left = Math.max(0, -across);
  const right = width - Math.max(0, across);
  const offset = down * width + across;
  for (let y = 0; y < height - down; y++) {
    const end = y * width + right;
    for (let at = y * width + left; at < end; at++)
      counts[((data[at]! >> 3) << 5) | (data[at + offset]! >> 3)]!++;
  }
  const pairs = (height - down) * (right - left);
  const shares = new Float64Array(LEVELS * LEVELS);
  for (let i = 0; i < LEVELS; i++)
    for (let j = 0; j < LEVELS; j++)
      shares[i * LEVELS + j] = (counts[i * LEVELS + j]! + counts[j * LEVELS + i]!) / (2 * pairs);
  return shares;
}

/** The properties of a matrix in the order of {@link PROPERTIES}, as scikit-image's `graycoprops`. */
export function coOccurrenceProperties(shares: Float64Array): number[] {
  let mean = 0;
  for (let at = 0; at < shares.length; at++) mean += shares[at]! * (at >> 5);
  let contrast = 0;
  let homogeneity = 0;
  let energy = 0;
  let entropy = 0;
  let variance = 0;
  let covariance = 0;
  for (let at = 0; at < shares.length; at++) {
    const share = shares[at]!;
    if (share === 0) continue;
    const i = at >> 5;
    const j = at & (LEVELS - 1);
    const square = (i - j) * (i - j);
    contrast += share * square;
    homogeneity += share / (1 + square);
    energy += share * share;
    entropy -= share * Math.log(share);
    variance += share * (i - mean) * (i - mean);
    covariance += share * (i - mean) * (j - mean);
  }
  // A picture of one level agrees with itself wholly.
  const correlation = Math.sqrt(variance) < 1e-15 ? 1 : covariance / variance;
  return [contrast, homogeneity, Math.sqrt(energy), correlation, entropy];
}
