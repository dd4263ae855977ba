import { InvalidArgumentError } from 'commander';
import { GROUPING_ALGORITHMS, type GroupingAlgorithm } from '../cluster/grouping/grouping-algorithm.js';
import type { GroupingRule, NamedRule } from '../cluster/grouping/grouping-rule.js';
import type { GroupTreeOptions, SplitDecision } from '../cluster/grouping/grow-group-tree.js';
import { PlantsenseError } from '../errors.js';
import type { EncoderFlags } from './image-encoder-options.js';
import type { JsonOption } from './new-command.js';

export interface GroupFlags extends JsonOption, EncoderFlags {
  readonly out: string;
  readonly k: { readonly kMin: number; readonly kMax: number };
  readonly algorithms: readonly GroupingAlgorithm[];
  readonly pca?: number;
  readonly gamma?: number;
  readonly names?: string;
  readonly nearLabels?: string;
  readonly rule: NamedRule;
  readonly subRule?: NamedRule;
  readonly minGroupShare: number;
  readonly depth: number;
  readonly minSplitRows: number;
  readonly choose?: CellName;
  readonly split?: Readonly<Record<string, SplitDecision>>;
  readonly seed: number;
  readonly thumbnails: number;
  readonly restart: boolean;
}

export interface CellName {
  readonly algorithm: GroupingAlgorithm;
  readonly k: number;
}

/** Groups at most: more can't be told apart by people, and take hours. */
const MOST_GROUPS = 1000;

/** For an option's text: `2..50`, or `6` for that number alone. */
export function rangeOfGroups(text: string): GroupFlags['k'] {
  const [, low, high = low] = /^(\d{1,4})(?:\.\.(\d{1,4}))?$/.exec(text) ?? [];
  const [kMin, kMax] = [Number(low), Number(high)];
  if (kMin >= 2 && kMax >= kMin && kMax <= MOST_GROUPS) return { kMin, kMax };
  throw new InvalidArgumentError(`It must be a range such as 2..50, or a number, from 2 to ${MOST_GROUPS}.`);
}

/** For an option's text: names of algorithms with commas between them. */
export function algorithmList(text: string): readonly GroupingAlgorithm[] {
  const names = text.split(',').map(name => name.trim());
  return [...new Set(names.map(algorithmOf))];
}

function algorithmOf(name: string): GroupingAlgorithm {
  const known = GROUPING_ALGORITHMS.find(algorithm => algorithm === name);
  if (known) return known;
  throw new InvalidArgumentError(`'${name}' is none of ${GROUPING_ALGORITHMS.join(', ')}.`);
}

/** For an option's text: a cell such as `gmm:5`. */
export function cellName(text: string): CellName {
  const [algorithm = '', k = '', ...rest] = text.split(':');
  const groups = Number(k);
  if (rest.length === 0 && /^\d+$/.test(k) && groups >= 2 && groups <= MOST_GROUPS)
    return { algorithm: algorithmOf(algorithm), k: groups };
  throw new InvalidArgumentError('It must be an algorithm and a number of groups, such as gmm:5.');
}

/** For an option that may be given again: `2=spectral:48`, `2/25=auto`, `3=none`. */
export function splitDecision(
  text: string,
  before: Readonly<Record<string, SplitDecision>> = {},
): Readonly<Record<string, SplitDecision>> {
  const [, path, decision = ''] = /^(\d+(?:\/\d+)*)=(.+)$/.exec(text) ?? [];
  if (path === undefined)
    throw new InvalidArgumentError(
      'It must be a group and what becomes of it, such as 2=spectral:48 or 2/25=none.',
    );
  return { ...before, [path]: decision === 'auto' || decision === 'none' ? decision : cellName(decision) };
}

/**
 * How the tree is grown.
 * @throws PlantsenseError USAGE_INVALID for a rule without the near-labels that it needs, and decisions that can't come to be
 */
export function treeOptionsOf(flags: GroupFlags): Omit<GroupTreeOptions, 'knownCells'> {
  const { k, algorithms, pca, gamma, rule, subRule, seed, depth, choose, split = {} } = flags;
  const needy = [rule, subRule].find(name => name === 'c-score' || name === 'convergence');
  if (needy && flags.nearLabels === undefined)
    throw new PlantsenseError('USAGE_INVALID', `The rule ${needy} needs --near-labels.`);
  for (const [path, decision] of Object.entries(split))
    if (decision === 'auto' && path.split('/').length >= depth)
      throw new PlantsenseError(
        'USAGE_INVALID',
        `--split ${path}=auto makes groups on level ${path.split('/').length + 1}: give --depth ${path.split('/').length + 1}.`,
      );
  return {
    sweep: {
      ...{ algorithms, ...k, randomState: seed, pcaComponents: pca ?? null },
      ...(gamma === undefined ? {} : { affinity: 'rbf', gamma }),
    },
    rule: ruleOf(rule, flags),
    ...(subRule && { subRule: ruleOf(subRule, flags) }),
    maxDepth: depth,
    decisions: { ...split, ...(choose && { '': choose }) },
    bounds: { leastRows: flags.minSplitRows },
  };
}

function ruleOf(type: NamedRule, { minGroupShare }: GroupFlags): GroupingRule {
  return type === 'pareto' ? { type, leastGroupShare: minGroupShare } : { type };
}
