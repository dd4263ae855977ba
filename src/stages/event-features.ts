import { PlantsenseError } from '../errors.js';
import { codec } from '../records/codec.js';
import type { NoiseFeatures } from '../records/types.js';

/**
 * The features record of an event, whose tensor is a spectrogram: `[bands, frames]`.
 * @throws PlantsenseError RECORD_*, all of them terminal
 */
export function decodeEventFeatures(value: Uint8Array | null): NoiseFeatures {
  const features = codec('noise-features').decode(value ?? new Uint8Array());
  const { shape } = features;
  if (shape.length === 2) return features;
  // A schema can't say how many lengths a shape has.
  throw new PlantsenseError(
    'RECORD_INVALID',
    `The noise-features record is wrong in shape: it is [${shape.join(', ')}], not [bands, frames].`,
  );
}
