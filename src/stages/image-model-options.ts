import type { ClassifierType } from '../cluster/classifiers/classifier.js';
import type { GroupingAlgorithm } from '../cluster/grouping/grouping-algorithm.js';
import type { GroupingRule } from '../cluster/grouping/grouping-rule.js';
import type { FitImageOptions } from '../lifecycle/image-model/fit-image-options.js';

/** A rule that needs no more than its name. */
export const GROUPING_RULES = [
  'pareto',
  'min-max',
  'c-score',
  'convergence',
] as const satisfies readonly GroupingRule['type'][];

/** The `model` of a stage that learns groups of pictures. */
export interface ImageModelOptions {
  readonly algorithms: readonly GroupingAlgorithm[];
  readonly minGroups: number;
  readonly maxGroups: number;
  readonly depth: number;
  readonly rule: (typeof GROUPING_RULES)[number];
  readonly subRule: (typeof GROUPING_RULES)[number];
  readonly components: number;
  readonly classifier: ClassifierType | null;
  readonly normalLabel: string | null;
  readonly novelQuantile: number;
  readonly seed: number;
}

/** The same for a fit. */
export function imageFitOptions({
  rule,
  subRule,
  novelQuantile: noveltyQuantile,
  ...rest
}: ImageModelOptions): Omit<FitImageOptions, 'sequence'> {
  return { ...rest, rule: { type: rule }, subRule: { type: subRule }, noveltyQuantile };
}
