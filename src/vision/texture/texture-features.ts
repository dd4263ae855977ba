import { PlantsenseError } from '../../errors.js';
import { type GreyImage, toGrey8 } from '../grey.js';
import type { Image } from '../image.js';
import { resizeBilinear } from '../resize.js';
import { coOccurrence, coOccurrenceProperties, LEVELS, PROPERTIES, steps } from './co-occurrence.js';
import { localBinaryPatterns } from './local-binary-patterns.js';
import { BLOCK, CELL, ORIENTATIONS, orientedGradients, pooledGradients } from './oriented-gradients.js';

/** Points and radii of the circles of the binary patterns: fine, middle and coarse grain. */
const CIRCLES = [
  [8, 1],
  [16, 2],
  [24, 3],
] as const;

/** In pixels. */
const DISTANCES = [1, 2, 4, 8];

/** Larger pictures are shrunk to so many pixels: 256 × 256. */
const MOST_PIXELS = 65_536;

const LEAST_SIDE = BLOCK * CELL;

const PATTERNS = CIRCLES.reduce((sum, [points]) => sum + points + 2, 0);

/** How many numbers {@link textureFeatures} gives. */
export const TEXTURE_DIMENSIONS = PATTERNS + 2 * ORIENTATIONS + PROPERTIES.length * DISTANCES.length;

/**
 * What a picture's surface is like, wherever on it: shares of local binary patterns of three sizes (54 numbers), mean and
 * spread of its oriented gradients (18), and properties of its grey-level co-occurrence at four distances, as the mean of
 * four directions (20).
 *
 * It is measured in grey, at the camera's own scale: grain is the finest thing there is, and a picture that is enlarged or
 * squeezed out of proportion has another. Only above 65,536 pixels it is shrunk, in proportion.
 *
 * No part drowns the others: the square roots of each circle's shares are a vector of length 1 (so that distances are
 * those of Hellinger), the gradients are normalised block by block, and each co-occurrence property is brought to about
 * 0..1 and divided by the square root of their number. Nothing depends on other pictures.
 *
 * @throws PlantsenseError IMAGE_INVALID when the picture is too small or too narrow to have a texture
 */
export function textureFeatures(image: Image): Float32Array {
  const grey = atMeasuredSize(image);
  const features = new Float32Array(TEXTURE_DIMENSIONS);
  let at = 0;
  for (const [points, radius] of CIRCLES)
    for (const share of localBinaryPatterns(grey, points, radius)) features[at++] = Math.sqrt(share);
  for (const value of pooledGradients(orientedGradients(grey))) features[at++] = value;
  features.set(coOccurrenceFeatures(grey), at);
  return features;
}

function atMeasuredSize(image: Image): GreyImage {
  const { width, height } = measuredSize(image);
  // 8-bit grey stays 8-bit grey.
  return resizeBilinear(toGrey8(image), width, height) as GreyImage;
}

/**
 * At which size a picture's texture is measured, in pixels.
 * @throws PlantsenseError IMAGE_INVALID as {@link textureFeatures}
 */
export function measuredSize(image: Image): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (image.width * image.height)));
  const width = Math.round(image.width * scale);
  const height = Math.round(image.height * scale);
  if (width < LEAST_SIDE || height < LEAST_SIDE)
    throw new PlantsenseError(
      'IMAGE_INVALID',
      scale < 1
        ? `A picture of ${image.width} × ${image.height} pixels is too narrow for its texture to be measured: cut it into tiles.`
        : `A picture of ${image.width} × ${image.height} pixels has no texture: it takes ${LEAST_SIDE} × ${LEAST_SIDE}.`,
    );
  return { width, height };
}

/** `[properties, distances]`, each the mean of the four directions. */
function coOccurrenceFeatures(grey: GreyImage): Float64Array {
  const features = new Float64Array(PROPERTIES.length * DISTANCES.length);
  const scale = 1 / Math.sqrt(features.length);
  DISTANCES.forEach((distance, d) => {
    const directions = steps(distance).map(step => coOccurrenceProperties(coOccurrence(grey, step)));
    PROPERTIES.forEach((property, p) => {
      const mean = directions.reduce((sum, values) => sum + values[p]!, 0) / directions.length;
      features[p * DISTANCES.length + d] = scale * toUnit(property, mean);
    });
  });
  return features;
}

/** Brings the properties that may be large to 0..1; the others are there (a correlation is seldom below 0). */
function toUnit(property: (typeof PROPERTIES)[number], value: number): number {
  if (property === 'contrast') return Math.log1p(value) / Math.log1p((LEVELS - 1) ** 2);
  if (property === 'entropy') return value / Math.log(LEVELS * LEVELS);
  return value;
}
