import { PlantsenseError } from '../errors.js';
import { codec } from '../records/codec.js';
import type { ImageFeatures } from '../records/types.js';

/**
 * The features record of a picture, whose tensor is a vector: `[dimensions]`.
 * @throws PlantsenseError RECORD_*, all of them terminal
 */
export function decodeImageFeatures(value: Uint8Array | null): ImageFeatures {
  const features = codec('image-features').decode(value ?? new Uint8Array());
  if (features.shape.length === 1) return features;
  // A schema can't say how many lengths a shape has.
  throw new PlantsenseError(
    'RECORD_INVALID',
    `The image-features record is wrong in shape: it is [${features.shape.join(', ')}], not [dimensions].`,
  );
}
