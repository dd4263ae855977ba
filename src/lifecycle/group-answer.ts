import { logSumExp } from '../cluster/log-sum-exp.js';
import type { GroupAssignment, GroupProbability } from './noise-model.js';

/** How many groups an answer names beside the best. */
const RUNNERS_UP = 3;

/**
 * The answer for one event.
 *
 * @param logShares natural logarithms of the groups' probabilities, up to a constant
 * @param groups ids in the same order
 * @param logLikelihood of the event; below `threshold` it is novel
 */
export function groupAnswer(
  logShares: Float64Array,
  groups: readonly number[],
  logLikelihood: number,
  threshold: number,
): GroupAssignment {
  const total = logSumExp(logShares, 0, logShares.length);
  // By the logarithms: far groups all have the probability 0.
  const ranked = [...logShares.keys()].sort((a, b) => logShares[b]! - logShares[a]! || a - b);
  const answers: GroupProbability[] = ranked.slice(0, RUNNERS_UP + 1).map(component => ({
    group: groups[component]!,
    probability: Math.exp(logShares[component]! - total),
  }));
  const novel = logLikelihood < threshold;
  const [best, ...others] = answers;
  return {
    group: novel ? null : best!.group,
    probability: best!.probability,
    logLikelihood,
    novel,
    runnersUp: novel ? answers.slice(0, RUNNERS_UP) : others,
  };
}

/** The most probable group of an answer, of a novel event too. */
export function nearestGroup({ group, runnersUp }: GroupAssignment): number {
  return group ?? runnersUp[0]!.group;
}
