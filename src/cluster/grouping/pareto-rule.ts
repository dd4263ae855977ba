import type { FittedCell } from './cell.js';
import { figuresOf, nameOf, percent, short } from './cell-words.js';
import type { Choice, FrontCell, ParetoRule } from './grouping-rule.js';
import { paretoFront } from './pareto-front.js';
import type { StabilityMeasure } from './stability.js';

const DEFAULTS: Required<ParetoRule> = {
  type: 'pareto',
  leastGroupShare: 0.1,
  stabilityTolerance: 0.02,
  amongEquals: 'silhouette',
};

/** A row by itself is no group. */
const LEAST_ROWS = 2;

/** As many of the front are told. */
const TOLD = 5;

interface Contest {
  readonly front: readonly FittedCell[];
  readonly guarded: readonly FittedCell[];
  /** Whether all cells would be left out, so that none is. */
  readonly isGuardDropped: boolean;
}

/** The cells that the guard leaves, and of these the Pareto front. @param fitted at least one, k rising */
export function paretoContest(fitted: readonly FittedCell[], rule: ParetoRule): Contest {
  const { leastGroupShare } = { ...DEFAULTS, ...rule };
  const passes = ({ smallest, groups, labels }: FittedCell) =>
    smallest >= Math.max(LEAST_ROWS, (leastGroupShare * labels.length) / groups);
  const left = fitted.filter(passes);
  if (left.length === 0) return { front: paretoFront(fitted), guarded: [], isGuardDropped: true };
  const guarded = fitted.filter(cell => !passes(cell));
  return { front: paretoFront(left), guarded, isGuardDropped: false };
}

/** @param fitted at least one, k rising */
export function chooseByPareto(
  fitted: readonly FittedCell[],
  rule: ParetoRule,
  stabilityOf: StabilityMeasure,
): Choice {
  const full = { ...DEFAULTS, ...rule };
  const { front: cells, guarded, isGuardDropped } = paretoContest(fitted, rule);
  const front = cells
    .map(cell => ({ cell, stability: stabilityOf(cell) }))
    .sort((a, b) => b.stability - a.stability || b.cell.silhouette - a.cell.silhouette);
  const highest = front[0]!.stability;
  const stable = front.filter(({ stability }) => stability >= highest - full.stabilityTolerance);
  const isBetter = (a: FittedCell, b: FittedCell) =>
    full.amongEquals === 'silhouette' ? a.silhouette > b.silhouette : a.k < b.k;
  const chosen = stable.reduce((a, b) => (isBetter(b.cell, a.cell) ? b : a));
  const guard = `a group of less than ${percent(full.leastGroupShare)} of the mean size, or of one row`;
  return {
    cell: chosen.cell,
    rule: full,
    front,
    guarded,
    explanation: [
      isGuardDropped
        ? `Every cell has ${guard}, so none is left out for it.`
        : `${guarded.length} of ${fitted.length} cells are left out, which have ${guard}.`,
      `No other cell beats ${front.length === 1 ? 'this one' : `these ${front.length}`} in both entropy and Silhouette: ${listed(front)}.`,
      `${nameOf(chosen.cell)} ${whyChosen(stable.length, full)} (stability ${short(chosen.stability)}).`,
    ],
  };
}

function whyChosen(stable: number, { amongEquals, stabilityTolerance }: Required<ParetoRule>): string {
  if (stable === 1) return 'is the most stable';
  const what = amongEquals === 'silhouette' ? 'the highest Silhouette' : 'the fewest groups';
  return `has ${what} of the ${stable} whose stability is within ${stabilityTolerance} of the highest`;
}

function listed(front: readonly FrontCell[]): string {
  const told = front
    .slice(0, TOLD)
    .map(({ cell, stability }) => `${nameOf(cell)} (${figuresOf(cell)}, stability ${short(stability!)})`);
  const more = front.length - told.length;
  return [...told, ...(more > 0 ? [`${more} more that are less stable`] : [])].join('; ');
}
