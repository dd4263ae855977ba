import { z } from 'zod';
import { nativeBackend } from '../backend/native-backend.js';
import * as tf from '../tf.js';

const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const originSchema = z.strictObject({
  /** Steps that were made, and how many were asked for. */
  steps: count,
  askedSteps: count,
  batchSize: count,
  learningRate: z.number().positive(),
  schedule: z.record(z.string(), z.union([z.string(), z.number()])),
  earlyStopping: z.record(z.string(), z.number()).nullable(),
  clipNorm: z.number().positive().nullable(),
  seed: z.number().int(),
  /** Segments to train on, and those that were held out. */
  segments: count,
  heldOutSegments: count,
  /** SHA-256 of the weights that the training went on from; null when it began anew. */
  startedFrom: sha256.nullable(),
  /** What computed it; `tensorflow` is null where it was not TensorFlow. */
  versions: z.strictObject({ tfjs: z.string(), tensorflow: z.string().nullable() }),
});

/** How a residual auto-encoder came to be: the training that it ended with. */
export type ResidualOrigin = z.infer<typeof originSchema>;

/** Versions of what computes here. */
export function computingVersions(): ResidualOrigin['versions'] {
  return { tfjs: tf.version_core, tensorflow: nativeBackend()?.binding.TF_Version ?? null };
}
