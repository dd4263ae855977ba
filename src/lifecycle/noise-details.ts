import { z } from 'zod';
import type { ModelCard } from './model-card.js';

/** What the card of every noise model adds. */
export const noiseDetailsSchema = z.strictObject({
  featureSet: z.string(),
  featureOptions: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Shape of a log-mel tensor. */
  bands: z.number().int().positive(),
  frames: z.number().int().positive(),
  /** By rising id, the order in which the model has them; with the training rows of each. */
  groups: z
    .array(z.strictObject({ id: z.number().int().nonnegative(), rows: z.number().int().positive() }))
    .min(1),
  /** The first id that no version of the lineage has used. */
  nextGroupId: z.number().int().positive(),
  /** Events of lower log-likelihood are novel: the quantile of the likelihoods of held-out rows. */
  novelty: z.strictObject({ quantile: z.number().min(0).max(1), logLikelihood: z.number() }),
  /** The numbers of groups that were tried; empty when the number was given. */
  candidates: z.array(
    z.strictObject({
      k: z.number().int(),
      bic: z.number(),
      heldOutLogLikelihood: z.number(),
      heldOutError: z.number(),
      stability: z.number(),
    }),
  ),
});

export type NoiseDetails = z.infer<typeof noiseDetailsSchema>;

/** What the card of a model with a network adds to that. */
export const deepDetailsSchema = noiseDetailsSchema.extend({
  /**
   * Events of lower log-likelihood are novel: a quantile of those of events that the network was not trained on, by a tail
   * that is fitted to them. See `noveltyThreshold`.
   */
  novelty: z.strictObject({
    quantile: z.number().min(0).max(1),
    logLikelihood: z.number(),
    heldOutEvents: z.number().int().positive(),
    /** They are so few that the quantile lies below all of them. */
    provisional: z.boolean(),
  }),
  network: z.strictObject({
    latentDim: z.number().int().positive(),
    filters: z.array(z.number().int().positive()),
    /** One mean and one standard deviation of all values of the training's spectrograms. */
    normalisation: z.strictObject({ mean: z.number(), std: z.number() }),
  }),
  /**
   * Whose density the log-likelihood is: of VaDE's own prior, or of a Gaussian mixture that was fitted to the latents when
   * the network was done. DEC has no density of its own; its group probabilities are its q all the same.
   */
  density: z.enum(['prior', 'mixture of latents']),
  /** What computed the training. */
  backend: z.strictObject({
    kind: z.string(),
    device: z.string(),
    tfjs: z.string(),
    tensorflow: z.string().nullable(),
  }),
});

export type DeepDetails = z.infer<typeof deepDetailsSchema>;

/** How many groups a noise model has, by its card. */
export function groupCount({ details }: ModelCard): number {
  return z.object({ groups: z.array(z.unknown()) }).parse(details).groups.length;
}
