import { PlantsenseError } from '../../errors.js';
import type { CScore } from '../c-score/c-score.js';
import { type Cell, type FittedCell, isFitted } from './cell.js';
import { figuresOf, nameOf, short } from './cell-words.js';
import { GROUPING_ALGORITHMS } from './grouping-algorithm.js';
import type { Choice, GroupingRule } from './grouping-rule.js';
import { chooseByPareto, paretoContest } from './pareto-rule.js';
import type { StabilityMeasure } from './stability.js';

/** Of the cells that lost, as many are told beside the one that was chosen. */
const TOLD = 5;

/**
 * Chooses a cell of a sweep by a rule, and says why. Among equals the smallest k counts, then the first algorithm.
 *
 * @param cells in any order
 * @param stabilityOf what the Pareto rule asks about the cells of {@link cellsToMeasure}
 * @throws PlantsenseError PARAMETER_INVALID when no cell is fitted, the rule wants near-labels and there are none, or
 *   the cell of a fixed rule isn't among the cells; the failure of that cell where it failed
 */
export function chooseCell(
  cells: readonly Cell[],
  rule: GroupingRule,
  stabilityOf: StabilityMeasure,
): Choice {
  if (rule.type === 'fixed') return fixed(cells, rule);
  const fitted = fittedCells(cells);
  switch (rule.type) {
    case 'pareto':
      return chooseByPareto(fitted, rule, stabilityOf);
    case 'min-max':
      return byMinMax(fitted, rule);
    case 'c-score':
      return byCScore(fitted, rule, 'highest chance-adjusted C-Score', score => score.adjusted);
    case 'convergence':
      return byCScore(fitted, rule, 'lowest convergence difference', score => -score.convergenceDifference);
  }
}

/** The cells whose stability the rule asks for, which takes several fits each. Throws as {@link chooseCell}. */
export function cellsToMeasure(cells: readonly Cell[], rule: GroupingRule): readonly FittedCell[] {
  return rule.type === 'pareto' ? paretoContest(fittedCells(cells), rule).front : [];
}

function fittedCells(cells: readonly Cell[]): FittedCell[] {
  const rank = ({ algorithm }: Cell) => GROUPING_ALGORITHMS.indexOf(algorithm);
  const fitted = cells.filter(isFitted).sort((a, b) => a.k - b.k || rank(a) - rank(b));
  if (fitted.length > 0) return fitted;
  const why = cells[0]?.failure ? ` The first: ${cells[0].failure.message}` : '';
  throw new PlantsenseError('PARAMETER_INVALID', `None of ${cells.length} cells could be fitted.${why}`);
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
    cell =>
      `Entropy and Silhouette are each scaled to 0 .. 1 over the ${fitted.length} cells; Silhouette less entropy is ` +
      `highest for ${nameOf(cell)}: ${figuresOf(cell)}.`,
  );
}

function byCScore(
  fitted: readonly FittedCell[],
  rule: GroupingRule,
  what: string,
  figure: (score: CScore) => number,
): Choice {
  const scored = fitted.filter(cell => cell.cScore);
  if (scored.length === 0)
    throw new PlantsenseError('PARAMETER_INVALID', `The rule '${rule.type}' needs near-labels.`);
  return byFigure(
    scored,
    rule,
    cell => figure(cell.cScore!),
    cell =>
      `${nameOf(cell)} has the ${what} of ${scored.length} cells, ${short(Math.abs(figure(cell.cScore!)))}: ${figuresOf(cell)}.`,
  );
}

/** The cell with the highest figure, the first of equal ones. */
function byFigure(
  cells: readonly FittedCell[],
  rule: GroupingRule,
  figure: (cell: FittedCell) => number,
  explain: (cell: FittedCell) => string,
): Choice {
  const ranked = [...cells].sort((a, b) => figure(b) - figure(a));
  const front = ranked.slice(0, TOLD).map(cell => ({ cell, stability: null }));
  return { cell: ranked[0]!, rule, explanation: [explain(ranked[0]!)], front, guarded: [] };
}

function fixed(cells: readonly Cell[], rule: GroupingRule & { readonly type: 'fixed' }): Choice {
  const cell = cells.find(({ algorithm, k }) => algorithm === rule.algorithm && k === rule.k);
  if (!cell)
    throw new PlantsenseError('PARAMETER_INVALID', `There is no cell ${rule.algorithm} with k = ${rule.k}.`);
  if (!isFitted(cell)) throw new PlantsenseError(cell.failure.code, cell.failure.message);
  const explanation = [`${nameOf(cell)} was asked for: ${figuresOf(cell)}.`];
  return { cell, rule, explanation, front: [{ cell, stability: null }], guarded: [] };
}
