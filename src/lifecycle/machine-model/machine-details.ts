import { z } from 'zod';
import { SEGMENT_SAMPLE_RATE_HZ } from '../../audio/segments.js';
import { RESIDUAL_WIDTH_NAMES } from '../../nn/residual/architecture.js';

const count = z.number().int().nonnegative();
const positive = z.number().positive();
const share = z.number().min(0).max(1);

export const machineDetailsSchema = z.strictObject({
  /** Of the network; null for one of its own architecture. */
  width: z.enum(RESIDUAL_WIDTH_NAMES).nullable(),
  sampleRateHz: z.literal(SEGMENT_SAMPLE_RATE_HZ),
  segment: z.strictObject({
    nFft: z.number().int().positive(),
    overlap: count,
    width: z.number().int().positive(),
    step: z.number().int().positive(),
    normalize: z.enum(['segment', 'none']),
  }),
  /** How long a segment is, with the numbers put in: the paper's equation 3. */
  equation3: z.string(),
  segmentSecs: positive,
  stepSecs: positive,
  /** Mean residual of each frequency band over the validation segments; the bands are equally wide. */
  normalBands: z.array(z.number().nonnegative()).min(1),
  /** How α was asked for. */
  rule: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('quantile'), quantile: share }),
    z.strictObject({ type: z.literal('gamma'), quantile: share }),
    z.strictObject({ type: z.literal('sensitivity'), sensitivity: share }),
  ]),
  /** Whether means of n were taken within validation recordings, or across them. */
  windows: z.enum(['within', 'across']),
  /** α of each n; none for an n that the validation recordings were too short for. */
  thresholds: z
    .array(
      z.strictObject({
        n: z.number().int().positive(),
        alpha: positive,
        type: z.enum(['quantile', 'gamma', 'sensitivity']),
        provisional: z.boolean(),
        independentMeans: count,
        specificity: share,
        sensitivity: share.nullable(),
        gamma: z.strictObject({ shape: positive, scale: positive }).nullable(),
      }),
    )
    .min(1),
  recordings: z.strictObject({
    training: count,
    validation: count,
    /** Of something abnormal: they tell the sensitivity, and α where it was asked for by that. */
    abnormal: count.default(0),
    /** Hours of sound in training and validation. */
    hours: positive,
    silentSegments: count,
    fingerprint: z.string(),
  }),
  /** What computed the training. */
  backend: z.strictObject({
    kind: z.string(),
    device: z.string(),
    tfjs: z.string(),
    tensorflow: z.string().nullable(),
  }),
});

/** What the card of a machine's model adds to those of all models. */
export type MachineDetails = z.infer<typeof machineDetailsSchema>;
