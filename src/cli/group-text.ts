import { join } from 'node:path';
import {
  figuresOf,
  type GroupFigures,
  type RankedCell,
  type SplitFigures,
} from '../lifecycle/image-grouping/group-figures.js';
import { nearLabelText } from '../lifecycle/image-grouping/grouping-page.js';
import type { WrittenGrouping } from '../lifecycle/image-grouping/write-grouping.js';
import type { GroupFlags } from './group-options.js';
import type { NamedSubject } from './group-subject.js';
import { formatTable } from './table.js';

/** What came of a grouping, for people. */
export function groupText(
  { tree }: WrittenGrouping,
  { origin, features }: NamedSubject,
  flags: GroupFlags,
): string {
  const groups = [...figuresOf(tree)];
  const suggested = groups.find(({ path, suggestion, split }) => path !== '' && suggestion.split && !split);
  return [
    `${features.rows} images, ${features.cols} features, of ${origin}\n`,
    ...groups.map(splitText),
    '\n',
    formatTable(
      ['group', 'images', 'share', 'purity', 'near-labels', 'split'],
      groups.slice(1).map(groupRow),
    ),
    suggested ? `\nGroup ${suggested.path} looks like several: ${suggested.suggestion.reason}\n` : '',
    suggested
      ? `  --split ${suggested.path}=auto --depth ${suggested.path.split('/').length + 1} splits it.\n`
      : '',
    `\nStart with ${join(flags.out, 'index.html')}.\n`,
  ].join('');
}

function groupRow({ path, images, share, purity, nearLabels, split, suggestion }: GroupFigures): string[] {
  return [
    `${'  '.repeat(path.split('/').length - 1)}${path}`,
    `${images}`,
    `${(100 * share).toFixed(1)} %`,
    purity === null ? '-' : purity.toFixed(2),
    nearLabelText(nearLabels),
    split ? `${split.chosen.algorithm}:${split.chosen.k}` : suggestion.split ? 'suggested' : '',
  ];
}

function splitText({ path, split }: GroupFigures): string {
  if (!split) return '';
  const { cells, failed, explanation, front } = split;
  const tried = `${cells} ${cells === 1 ? 'cell' : 'cells'} tried${failed > 0 ? `, ${failed} could not be fitted` : ''}`;
  return [
    `\n${path === '' ? 'All images' : `Group ${path}`}: ${tried}. Chosen from:\n`,
    frontTable(front),
    ...explanation.map(sentence => `${sentence}\n`),
  ].join('');
}

function frontTable(front: SplitFigures['front']): string {
  const all: Readonly<Record<string, (cell: RankedCell) => string | null>> = {
    algorithm: cell => cell.algorithm,
    k: cell => `${cell.k}`,
    entropy: cell => fixed(cell.entropy),
    silhouette: cell => fixed(cell.silhouette),
    smallest: cell => `${cell.smallest}`,
    largest: cell => `${cell.largest}`,
    stability: cell => fixed(cell.stability),
    'adj. C-Score': cell => fixed(cell.adjustedCScore),
    'conv. difference': cell => fixed(cell.convergenceDifference, 4),
    NMI: cell => fixed(cell.nmi),
    ACC: cell => fixed(cell.accuracy),
  };
  const columns = Object.entries(all).filter(([, of]) => front.some(cell => of(cell) !== null));
  return formatTable(
    columns.map(([name]) => name),
    front.map(cell => columns.map(([, of]) => of(cell) ?? '-')),
  );
}

function fixed(value: number | null, digits = 3): string | null {
  return value === null ? null : value.toFixed(digits);
}
