import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const timeUs = z.number().int().nonnegative();

/** What a model's artefact says of itself, in `card.json`. */
export const modelCardSchema = z.strictObject({
  /** Version of this form. */
  format: z.literal(1),
  /** Sequence and a hash of all the rest: equal content, equal version. */
  version: z.string(),
  /** What the model is for: `noise`, `machine`, `image`. */
  method: z.string(),
  /** Kind of model: `gmm`, `vade`. */
  kind: z.string(),
  /** Rises with each model of the method. */
  sequence: z.number().int().positive(),
  /** The version that group ids were matched to, and whose lineage this one goes on. */
  parent: z.string().nullable(),
  data: z.strictObject({
    rows: z.number().int().positive(),
    /** Event times of the oldest and the newest row. */
    fromUs: timeUs,
    toUs: timeUs,
    /** How far the topic's partitions had been read; empty for files. */
    seen: z.array(
      z.strictObject({ topic: z.string(), partition: z.number().int(), offset: z.number().int() }),
    ),
  }),
  seed: z.number().int(),
  /** Parameters of the fit. */
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  /** How good the fit is; null where an index is not defined. */
  indices: z.record(z.string(), z.number().nullable()),
  /** What the kind of model adds; its own schema checks it. */
  details: z.unknown(),
  /** SHA-256 of each other file. */
  files: z.record(z.string(), sha256),
});

export type ModelCard = z.infer<typeof modelCardSchema>;

/** A card before it is sealed: version and checksums come from the content. */
export type ModelCardDraft = Omit<ModelCard, 'format' | 'version' | 'files'>;
