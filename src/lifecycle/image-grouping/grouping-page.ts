import { escaped } from '../picture/svg.js';
import { figuresOf, type GroupFigures, type RankedCell, type SplitFigures } from './group-figures.js';

export interface PageSubject {
  /** What was grouped, a sentence. */
  readonly about: string;
  readonly tree: GroupFigures;
  /** Names of the files that are there. */
  readonly files: ReadonlySet<string>;
  /** The command that splits a group of that path, to be copied. */
  readonly splitHint: (path: string) => string;
}

const STYLE = `
body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #1f2328; background: #fff; max-width: 1320px; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.6em } h2 { margin-top: 2em; border-top: 1px solid #dadce0; padding-top: .8em } img { max-width: 100%; height: auto }
table { border-collapse: collapse; margin: 1em 0 } th, td { padding: .25em .9em .25em 0; text-align: left; vertical-align: top }
th { border-bottom: 1px solid #c8c8c8; font-weight: 600 } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
.muted { color: #5f6368 } code { background: #f3f4f6; padding: .1em .3em; border-radius: 3px }
`;

/** Name of a group's file: `group-2-25.jpg`; of all images `curves.svg`. */
export function groupFile(kind: 'curves' | 'map' | 'group', path: string): string {
  const name = path === '' ? kind : `${kind}-${path.replaceAll('/', '-')}`;
  return `${name}.${kind === 'group' ? 'jpg' : 'svg'}`;
}

/** What a person reads first: how the images were grouped, why so, and what is in each group. */
export function groupingPage({ about, tree, files, splitHint }: PageSubject): string {
  const groups = [...figuresOf(tree)];
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Groups of ${tree.images} images</title><style>${STYLE}</style></head>
<body>
<h1>Groups of ${tree.images} images</h1>
<p>${escaped(about)}</p>
${groups.length > 1 ? groupTable(groups.slice(1)) : ''}
${groups.map(group => section(group, files, splitHint)).join('\n')}
<h2>Files</h2>
<ul>
<li><a href="groups.csv">groups.csv</a>: each image with its group and near-label</li>
<li><a href="cells.csv">cells.csv</a>: every cell that was tried, with its figures</li>
<li><a href="tree.json">tree.json</a>: the groups, for programs</li>
</ul>
</body>
</html>
`;
}

function groupTable(groups: readonly GroupFigures[]): string {
  const rows = groups.map(({ path, images, share, purity, nearLabels, suggestion, split }) =>
    row([
      `<a href="#${anchor(path)}">${path}</a>`,
      number(images),
      number(`${(100 * share).toFixed(1)} %`),
      number(purity === null ? '-' : purity.toFixed(2)),
      escaped(nearLabelText(nearLabels)),
      split ? `${split.chosen.algorithm}, k = ${split.chosen.k}` : suggestion.split ? 'suggested' : '',
    ]),
  );
  return `<table><tr><th>Group</th><th class="number">Images</th><th class="number">Share</th><th class="number">Purity</th><th>Near-labels</th><th>Split</th></tr>
${rows.join('\n')}</table>`;
}

/** The most frequent near-labels of a group, in a line. */
export function nearLabelText(nearLabels: GroupFigures['nearLabels']): string {
  const shown = nearLabels.slice(0, 4).map(({ name, images }) => `${name} ${images}`);
  const more = nearLabels.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function section(
  group: GroupFigures,
  files: ReadonlySet<string>,
  splitHint: PageSubject['splitHint'],
): string {
  const { path, images, split, suggestion } = group;
  const heading = path === '' ? 'How they were grouped' : `Group ${path}: ${images} images`;
  return [
    `<h2 id="${anchor(path)}">${heading}</h2>`,
    picture(files, groupFile('group', path), `Thumbnails of group ${path}`),
    ...(split ? splitText(split) : path === '' ? [] : [suggestionText(suggestion, splitHint(path))]),
    picture(files, groupFile('curves', path), 'Entropy and Silhouette over the number of groups'),
    picture(files, groupFile('map', path), 'The images on their first two principal components'),
  ].join('\n');
}

function suggestionText({ split, reason }: GroupFigures['suggestion'], hint: string): string {
  const advice = split ? ` It looks like several groups: split it with <code>${escaped(hint)}</code>.` : '';
  return `<p class="muted">${escaped(reason)}${advice}</p>`;
}

/** Columns of the cells that one was chosen from. */
const FIGURES: readonly Column[] = [
  ['Entropy', cell => cell.entropy],
  ['Silhouette', cell => cell.silhouette],
  ['Stability', cell => cell.stability],
];

/** Where there are near-labels. */
const AGREEMENT: readonly Column[] = [
  ['Adjusted C-Score', cell => cell.adjustedCScore],
  ['Convergence difference', cell => cell.convergenceDifference],
  ['NMI', cell => cell.nmi],
  ['Accuracy', cell => cell.accuracy],
];

type Column = readonly [string, (cell: RankedCell) => number | null];

function splitText({ explanation, front, cells, failed, guarded }: SplitFigures): string[] {
  const tried = `${cells} ${cells === 1 ? 'cell was' : 'cells were'} tried${failed > 0 ? `, ${failed} could not be fitted` : ''}${guarded > 0 ? `, ${guarded} left out for a tiny group` : ''}.`;
  const figures = front.some(({ adjustedCScore }) => adjustedCScore !== null)
    ? [...FIGURES, ...AGREEMENT]
    : FIGURES;
  const head = figures.map(([name]) => `<th class="number">${name}</th>`).join('');
  const rows = front.map(cell =>
    row([
      cell.algorithm,
      number(cell.k),
      number(`${cell.smallest} – ${cell.largest}`),
      ...figures.map(([, of]) => number(of(cell)?.toFixed(3) ?? '-')),
    ]),
  );
  return [
    `<p>${explanation.map(escaped).join(' ')}</p>`,
    `<p class="muted">${tried} Those that it was chosen from, best first:</p>`,
    `<table><tr><th>Algorithm</th><th class="number">k</th><th class="number">Group sizes</th>${head}</tr>\n${rows.join('\n')}</table>`,
  ];
}

function picture(files: ReadonlySet<string>, name: string, about: string): string {
  return files.has(name) ? `<p><a href="${name}"><img src="${name}" alt="${escaped(about)}"></a></p>` : '';
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map(cell => (cell.startsWith('<td') ? cell : `<td>${cell}</td>`)).join('')}</tr>`;
}

function number(value: string | number): string {
  return `<td class="number">${value}</td>`;
}

function anchor(path: string): string {
  return path === '' ? 'all' : `group-${path.replaceAll('/', '-')}`;
}
