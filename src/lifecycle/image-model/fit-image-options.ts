import type { ClassifierType } from '../../cluster/classifiers/classifier.js';
import type { GroupingAlgorithm } from '../../cluster/grouping/grouping-algorithm.js';
import { GROUPING_ALGORITHMS } from '../../cluster/grouping/grouping-algorithm.js';
import type { GroupingRule } from '../../cluster/grouping/grouping-rule.js';
import type { SplitDecision } from '../../cluster/grouping/grow-group-tree.js';
import type { SplitBounds } from '../../cluster/grouping/split-suggestion.js';
import { checkInteger } from '../../cluster/parameters.js';
import { PlantsenseError } from '../../errors.js';
import type { ImageGroupModel } from './image-group-model.js';
import { NO_LABELS, type PeoplesLabels } from './image-training-set.js';

/** How groups of pictures are made. */
export interface FitImageOptions {
  /** Default all five. */
  readonly algorithms?: readonly GroupingAlgorithm[];
  /** Fewest and most groups of a level. Default 2 and 20. */
  readonly minGroups?: number;
  readonly maxGroups?: number;
  /** How the cell of the first level is chosen. Default Pareto. */
  readonly rule?: GroupingRule;
  /** The same of levels below; default as of the first. */
  readonly subRule?: GroupingRule;
  /** Levels of groups. Default 2. */
  readonly depth?: number;
  /** What a person says about groups, by path in the order of sizes: see `growGroupTree`. */
  readonly decisions?: Readonly<Record<string, SplitDecision>>;
  /** When a group is split: see `suggestSplit`. */
  readonly bounds?: SplitBounds;
  /** Principal components at most. Default 32: see `image-projection.ts`. */
  readonly components?: number;
  /** Fewer pictures are refused. Default 20. */
  readonly minImages?: number;
  /** Share of pictures like those of the training that shall be called novel. Default 0.01. */
  readonly noveltyQuantile?: number;
  /** What predicts labels; null: nothing does. Default svm. */
  readonly classifier?: ClassifierType | null;
  /** For `anomaly`: the label of what is normal. Default null: the commonest one. */
  readonly normalLabel?: string | null;
  /** What people said. Default nothing. */
  readonly people?: PeoplesLabels;
  /** Least Jaccard similarity for a group id to go over from the parent. Default 0.2. */
  readonly minGroupOverlap?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Rises with each model of the method: `nextSequence`. */
  readonly sequence: number;
  /** The model whose group ids go on. */
  readonly parent?: ImageGroupModel | null;
}

/** A step of a fit begins. */
export interface ImageFitProgress {
  readonly phase: 'groups' | 'validation' | 'labels';
  /** Cells that were computed so far. */
  readonly cells: number;
  /** Cells of the first level. */
  readonly firstLevelCells: number;
}

export const IMAGE_FIT_DEFAULTS = {
  algorithms: GROUPING_ALGORITHMS,
  minGroups: 2,
  maxGroups: 20,
  rule: { type: 'pareto' },
  depth: 2,
  components: 32,
  minImages: 20,
  noveltyQuantile: 0.01,
  classifier: 'svm',
  normalLabel: null,
  people: NO_LABELS,
  minGroupOverlap: 0.2,
  seed: 0,
} as const;

/** Options with every default filled in. */
export type FitImageSettings = FitImageOptions &
  Required<Pick<FitImageOptions, keyof typeof IMAGE_FIT_DEFAULTS>>;

/** @throws PlantsenseError PARAMETER_INVALID */
export function fitImageSettings(options: FitImageOptions): FitImageSettings {
  const settings: FitImageSettings = { ...IMAGE_FIT_DEFAULTS, ...options };
  const { minGroups, maxGroups, depth, components, minImages, noveltyQuantile, minGroupOverlap } = settings;
  checkInteger('minGroups', minGroups, 2);
  checkInteger('depth', depth, 1);
  checkInteger('components', components, 1);
  checkInteger('minImages', minImages, 2);
  if (maxGroups < minGroups)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The fewest groups, ${minGroups}, are more than the most, ${maxGroups}.`,
    );
  for (const [name, value] of Object.entries({ noveltyQuantile, minGroupOverlap })) {
    if (!(value >= 0 && value <= 1))
      throw new PlantsenseError('PARAMETER_INVALID', `${name} must be a share from 0 to 1, not ${value}.`);
  }
  return settings;
}
