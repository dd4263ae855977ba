import type { ClassifierType } from '../cluster/classifiers/classifier.js';
import type { GroupingAlgorithm } from '../cluster/grouping/grouping-algorithm.js';
import type { NamedRule } from '../cluster/grouping/grouping-rule.js';
import type { FitImageOptions } from '../lifecycle/image-model/fit-image-options.js';

/** The `model` of a stage that learns groups of pictures. */
export interface ImageModelOptions {
  readonly algorithms: readonly GroupingAlgorithm[];
  readonly minGroups: number;
  readonly maxGroups: number;
  readonly depth: number;
  readonly rule: NamedRule;
  readonly subRule: NamedRule;
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
