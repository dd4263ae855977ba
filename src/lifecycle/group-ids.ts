import { PlantsenseError } from '../errors.js';
import type { RowSource } from '../nn/training/row-source.js';
import type { FitNoiseSettings } from './fit-noise-options.js';
import { nearestGroup } from './group-answer.js';
import { groupsBySize, type MatchedGroups, matchGroups } from './group-matching.js';
import { MixtureNoiseModel } from './mixture-noise-model.js';
import type { NoiseTrainingSet } from './noise-training-set.js';
import type { OpenNoiseModel } from './open-noise-model.js';

/**
 * Ids of new groups: the parent's where they go on, whatever kind it is of, else by falling size.
 *
 * @param tensors the set's spectrograms, which a parent with a network needs
 * @param labels new group of each row of the set
 * @param sizes rows of each group, none of them 0
 */
export async function groupIds(
  set: NoiseTrainingSet,
  tensors: RowSource | null,
  labels: Int32Array,
  sizes: Float64Array,
  { parent, minGroupOverlap }: FitNoiseSettings,
): Promise<MatchedGroups> {
  if (!parent) return groupsBySize(sizes, 0);
  const { nextGroupId } = parent.details;
  // Features of another kind can't be compared; the parent's ids are not used again all the same.
  if (parent.featureSet !== set.featureSet) return groupsBySize(sizes, nextGroupId);
  const oldIds = await parentGroups(parent, set, tensors);
  return matchGroups(oldIds, labels, nextGroupId, minGroupOverlap);
}

/**
 * The parent's group of each row, -1 for a novel one: a new source is not what it happens to lie near to. But when the
 * parent finds most of them novel, the plant as a whole has drifted (another gain, another season) and sources go on.
 */
async function parentGroups(
  parent: OpenNoiseModel,
  { rows }: NoiseTrainingSet,
  tensors: RowSource | null,
): Promise<Int32Array> {
  const isMixture = parent instanceof MixtureNoiseModel;
  if (!isMixture && !tensors)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `Spectrograms are needed to match groups to those of ${parent.version}, a ${parent.kind}.`,
    );
  const answers = isMixture ? parent.assignPooled(rows) : await parent.assignRows(tensors!);
  const novel = answers.filter(answer => answer.novel).length;
  if (novel > answers.length / 2) return Int32Array.from(answers, nearestGroup);
  return Int32Array.from(answers, answer => answer.group ?? -1);
}
