import type { MachineDetails } from '../lifecycle/machine-model/machine-details.js';
import { formatTable } from './table.js';

/** What each threshold of a machine's model buys, as far as the recordings tell it, for people. */
export function thresholdText({ thresholds, rule }: MachineDetails): string {
  const rows = thresholds.map(
    ({ n, alpha, type, provisional, independentMeans, specificity, sensitivity }) => [
      ...[`${n}`, alpha.toPrecision(4), `${type}${provisional ? ', provisional' : ''}`],
      ...[`${independentMeans}`, specificity.toFixed(3), sensitivity?.toFixed(3) ?? '-'],
    ],
  );
  const headers = ['n', 'threshold', 'told by', 'means', 'specificity', 'sensitivity'];
  return `${formatTable(headers, rows)}${noteOf({ thresholds, rule })}`;
}

function noteOf({ thresholds, rule }: Pick<MachineDetails, 'thresholds' | 'rule'>): string {
  const creeping = thresholds.find(({ n }) => n > 1);
  if (!creeping) return 'Validation is too short for means of 20: there is no threshold for ageing.\n';
  if (rule.type !== 'sensitivity' || creeping.type === 'sensitivity') return '';
  return `The abnormal recordings are too short for means of ${creeping.n}: their threshold is told by normal ones.\n`;
}
