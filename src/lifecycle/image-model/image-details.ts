import { z } from 'zod';
import { CLASSIFIER_TYPES } from '../../cluster/classifiers/classifier.js';
import { GROUPING_ALGORITHMS } from '../../cluster/grouping/grouping-algorithm.js';
import { modelCardSchema } from '../model-card.js';
import { BOUNDARIES } from './sibling-groups.js';

const id = z.number().int().nonnegative();
const path = z.array(id);
const share = z.number().min(0).max(1);

/** How a group was split into its children. */
const splitSchema = z.strictObject({
  /** Of the group that was split; empty for all pictures. */
  path,
  algorithm: z.enum(GROUPING_ALGORITHMS),
  k: z.number().int().positive(),
  /** How new pictures are told apart, which measures itself by the clustering's own labels. */
  boundary: z.enum(BOUNDARIES),
  /** What makes probabilities hold: see `fitTemperature`. */
  temperature: z.number().positive(),
  /** Share of the training's pictures that are told to belong where the clustering has put them. */
  agreement: share,
  /** The same of pictures whose places were not known; null where there were too few. */
  heldOutAgreement: share.nullable(),
  /** The same of pictures that were not there when the clustering was made again, which its own whims are part of. */
  refitAgreement: share.nullable(),
  /** Why it was split so. */
  explanation: z.array(z.string()),
});

/** What the card of a model of images adds. */
export const imageDetailsSchema = z.strictObject({
  encoder: z.string().min(1),
  /** Of the features, and the principal components that groups are told by. */
  dimensions: z.number().int().positive(),
  components: z.number().int().positive(),
  /** Level by level, siblings together and by rising id, the order in which arrays have them; with pictures of each. */
  groups: z.array(z.strictObject({ path: path.min(1), rows: z.number().int().nonnegative() })).min(1),
  /** By a group's path, the first id that no child of it has had in any version of the line; of all pictures by ''. */
  nextIds: z.record(z.string(), id),
  splits: z.array(splitSchema).min(1),
  novelty: z.strictObject({
    /** Share of pictures like those of the training that shall be called novel. */
    quantile: share,
    /** Pictures that it was told by. */
    heldOutImages: z.number().int().nonnegative(),
  }),
  labels: z.strictObject({
    /** Null where there are no labels to learn from. */
    classifier: z.enum(CLASSIFIER_TYPES).nullable(),
    /** The labels that it tells apart, in the order of its classes. */
    classes: z.array(z.string()),
    /** Pictures that it has learnt from, by where their label came from. */
    marked: z.number().int().nonnegative(),
    named: z.number().int().nonnegative(),
    nearLabelled: z.number().int().nonnegative(),
    /** Share of held-out labelled pictures that it gave their label; null where there were too few. */
    accuracy: share.nullable(),
    /** Statements of people that had been made. */
    statements: z.number().int().nonnegative(),
  }),
  /** The fit whose tree it is: what made the groups, where later versions only follow them. */
  fitted: modelCardSchema.shape.data,
  /** Pictures that the groups have followed since. */
  followed: z.number().int().nonnegative(),
  /** What made this version. */
  change: z.enum(['fit', 'update', 'relabel']),
});

export type ImageDetails = z.infer<typeof imageDetailsSchema>;
export type ImageSplit = z.infer<typeof splitSchema>;

/** What models of images are announced as. */
export const IMAGE_METHOD = 'image';
