import { PlantsenseError } from '../../errors.js';
import type { CScore } from '../c-score/c-score.js';
import { type Cell, type FittedCell, isFitted } from './cell.js';
import type { Choice, FrontCell, GroupingRule, ParetoRule } from './grouping-rule.js';
import { paretoFront } from './pareto-front.js';
import type { StabilityMeasure } from './stability.js';

export const DEFAULT_RULE: Required<ParetoRule> = {
  type: 'pareto',
  leastGroupShare: 0.1,
  stabilityTolerance: 0.02,
};

/** Of the cells that lost, as many are told beside the one that was chosen. */
const TOLD = 5;

/**
 * Chooses a cell of a sweep by a rule, and says why.
 *
 * @param cells in the order of the sweep: among equals the smallest k counts, then the first algorithm
 * @param rule a tag alone stands for its defaults
 * @param stabilityOf for the Pareto rule, which asks for the stability of the few cells on the front
 * @throws PlantsenseError PARAMETER_INVALID when no cell is fitted, the rule wants near-labels and there are none, or
 *   the cell of a fixed rule isn't among the cells; the failure of that cell where it failed
 */
export function chooseCell(
  cells: readonly Cell[],
  rule: GroupingRule,
  stabilityOf: StabilityMeasure,
): Choice {
  const fitted = cells.filter(isFitted).sort((a, b) => a.k - b.k);
  if (fitted.length === 0)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `None of ${cells.length} cells could be fitted${cells[0]?.failure ? `: ${cells[0].failure.message}` : '.'}`,
    );
  switch (rule.type) {
    case 'pareto':
      return byParetoRule(fitted, { ...DEFAULT_RULE, ...rule }, stabilityOf);
    case 'min-max':
      return byMinMax(fitted, rule);
    case 'c-score':
      return byCScore(fitted, rule, 'chance-adjusted C-Score', score => score.adjusted);
    case 'convergence':
      return byCScore(fitted, rule, 'convergence difference', score => -score.convergenceDifference);
    case 'fixed':
      return fixed(cells, rule);
  }
}

function byParetoRule(
  fitted: readonly FittedCell[],
  rule: Required<ParetoRule>,
  stabilityOf: StabilityMeasure,
): Choice {
  const passes = (cell: FittedCell) => cell.smallest >= rule.leastGroupShare * meanSize(cell);
  const guarded = fitted.filter(cell => !passes(cell));
  const front = paretoFront(guarded.length < fitted.length ? fitted.filter(passes) : fitted)
    .map(cell => ({ cell, stability: stabilityOf(cell) }))
    .sort((a, b) => b.stability - a.stability || a.cell.k - b.cell.k);
  const highest = front[0]!.stability;
  const stable = front.filter(({ stability }) => stability >= highest - rule.stabilityTolerance);
  const chosen = stable.reduce((a, b) => (b.cell.k < a.cell.k ? b : a));
  const explanation = [
    guarded.length < fitted.length
      ? `${guarded.length} of ${fitted.length} cells are left out: their smallest group has less than ${percent(rule.leastGroupShare)} of the mean size.`
      : `In every cell the smallest group has less than ${percent(rule.leastGroupShare)} of the mean size, so none is left out.`,
    `Of the others no cell beats these ${front.length} in both entropy and Silhouette: ${listed(front)}.`,
    `${nameOf(chosen.cell)} has ${stable.length === 1 ? 'the highest stability' : `the fewest groups of the ${stable.length} whose stability is within ${rule.stabilityTolerance} of the highest`} (${round(chosen.stability)}).`,
  ];
  return { cell: chosen.cell, rule, explanation, front, guarded };
}

function byMinMax(fitted: readonly FittedCell[], rule: GroupingRule): Choice {
  const scaled = (of: (cell: FittedCell) => number) => {
    const values = fitted.map(of);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return (cell: FittedCell) => (most > least ? (of(cell) - least) / (most - least) : 0);
  };
  const entropy = scaled(cell => cell.entropy);
  const silhouette = scaled(cell => cell.silhouette);
  return byFigure(
    fitted,
    rule,
    cell => silhouette(cell) - entropy(cell),
    cell => [
      `Entropy and Silhouette are each scaled to 0 .. 1 over the ${fitted.length} cells; Silhouette less entropy is highest for ${nameOf(cell)}: ${figuresOf(cell)}.`,
    ],
  );
}

function byCScore(
  fitted: readonly FittedCell[],
  rule: GroupingRule,
  name: string,
  figure: (score: CScore) => number,
): Choice {
  const scored = fitted.filter(cell => cell.cScore);
  if (scored.length === 0)
    throw new PlantsenseError('PARAMETER_INVALID', `The rule '${rule.type}' needs near-labels.`);
  return byFigure(
    scored,
    rule,
    cell => figure(cell.cScore!),
    cell => [
      `${nameOf(cell)} has the best ${name} of ${scored.length} cells: ${round(Math.abs(figure(cell.cScore!)))}.`,
    ],
  );
}

/** The cell with the highest figure, the first of equal ones. */
function byFigure(
  cells: readonly FittedCell[],
  rule: GroupingRule,
  figure: (cell: FittedCell) => number,
  explain: (cell: FittedCell) => string[],
): Choice {
  const ranked = [...cells].sort((a, b) => figure(b) - figure(a));
  const front = ranked.slice(0, TOLD).map(cell => ({ cell, stability: null }));
  return { cell: ranked[0]!, rule, explanation: explain(ranked[0]!), front, guarded: [] };
}

function fixed(cells: readonly Cell[], rule: GroupingRule & { readonly type: 'fixed' }): Choice {
  const cell = cells.find(({ algorithm, k }) => algorithm === rule.algorithm && k === rule.k);
  if (!cell)
    throw new PlantsenseError('PARAMETER_INVALID', `There is no cell ${rule.algorithm} with k = ${rule.k}.`);
  if (!isFitted(cell)) throw new PlantsenseError(cell.failure.code, cell.failure.message);
  const explanation = [`${nameOf(cell)} was asked for: ${figuresOf(cell)}.`];
  return { cell, rule, explanation, front: [{ cell, stability: null }], guarded: [] };
}

function meanSize(cell: FittedCell): number {
  return cell.labels.length / cell.groups;
}

function nameOf({ algorithm, k }: FittedCell): string {
  return `${algorithm} with k = ${k}`;
}

function figuresOf({ entropy, silhouette, smallest, largest }: FittedCell): string {
  return `entropy ${round(entropy)}, Silhouette ${round(silhouette)}, groups of ${smallest} to ${largest} rows`;
}

function listed(front: readonly FrontCell[]): string {
  return front
    .slice(0, TOLD)
    .map(({ cell, stability }) => `${nameOf(cell)} (${figuresOf(cell)}, stability ${round(stability!)})`)
    .join('; ');
}

function percent(share: number): string {
  return `${round(100 * share)} %`;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
