import { z } from 'zod';
import { BENCHMARK_METHODS } from './benchmark-options.js';

const index = z.number().nullable();

/** Indices of inner quality in one space; null where they are not defined. */
const innerSchema = z.strictObject({ silhouette: index, calinskiHarabasz: index, daviesBouldin: index });

const fittedSchema = z.strictObject({
  state: z.literal('fitted'),
  /** Group of each recording. */
  labels: z.array(z.number().int().nonnegative()),
  /** Groups that have recordings. */
  activeGroups: z.number().int().positive(),
  /** Share of the recordings that the largest group has. */
  largestShare: z.number().positive().max(1),
  /** In the space that the method itself groups in. */
  own: innerSchema,
  /** In one space for all methods: pooled mel statistics, standardised. */
  common: innerSchema,
  /** With the known classes; null without them. */
  agreement: z.strictObject({ nmi: z.number(), ari: z.number(), acc: z.number() }).nullable(),
  /** Each recording in the plane of the first two principal components of the method's own space. */
  map: z.array(z.tuple([z.number(), z.number()])),
});

const failedSchema = z.strictObject({
  state: z.literal('failed'),
  code: z.string(),
  reason: z.string(),
});

/** What came of one method in one run: a file of its own, so that a benchmark that was ended goes on. */
export const runResultSchema = z.strictObject({
  format: z.literal(1),
  method: z.enum(BENCHMARK_METHODS),
  /** From 1. */
  run: z.number().int().positive(),
  seed: z.number().int().nonnegative(),
  /** Fingerprint of the recordings. */
  recordings: z.string(),
  /** What else the result depends on. */
  options: z.record(z.string(), z.unknown()),
  /** Wall-clock seconds, with trainings that it shares with others; null when it failed or went on from a checkpoint. */
  secs: z.number().nonnegative().nullable(),
  outcome: z.discriminatedUnion('state', [fittedSchema, failedSchema]),
});

export type RunResult = z.infer<typeof runResultSchema>;
export type RunOutcome = RunResult['outcome'];
export type FittedOutcome = z.infer<typeof fittedSchema>;
export type InnerIndices = z.infer<typeof innerSchema>;
