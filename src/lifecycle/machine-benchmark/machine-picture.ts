import { type Plot, plot } from '../picture/plot.js';
import { MUTED } from '../picture/style.js';
import { element, picture, placed, text } from '../picture/svg.js';
import type { JudgedCategory } from './judge-residuals.js';
import type { JudgedMethod } from './run-machine-benchmark.js';

const MARGIN = 24;
const GAP = 26;
const HEADER = 104;
const TITLE = 30;
export const PANEL = { width: 260, height: 210 };
const PANELS = 4;
const WIDTH = 2 * MARGIN + PANELS * PANEL.width + (PANELS - 1) * GAP;
const BLOCK = TITLE + PANEL.height + GAP;

/** The first method's colour is strong, the baseline's grey. */
const METHODS = ['#1f77b4', '#7f7f7f'];
const NORMAL = '#2ca02c';
const ABNORMAL = '#d62728';
/** Of n = 1, 5 and 20: the longer the mean, the fuller the line. */
const DASHES = ['2 3', '6 3', 'none'];

/**
 * An SVG picture of a benchmark: for each category the ROC curves (the paper's figure 10), accuracy over n (figure 12), and
 * the first method's residuals for n = 1 and 20 (figure 11). It has its own light ground, so that it reads on a dark page
 * too.
 */
export function machinePicture(methods: readonly JudgedMethod[], about: string): string {
  const names = methods[0]!.categories.map(({ name }) => name);
  const height = HEADER + names.length * BLOCK + MARGIN - GAP;
  const title = 'How residuals part abnormal sound of a machine from normal';
  const blocks = names.map((name, i) => {
    const ofName = methods.map(({ method, categories }) => ({ method, judged: categories[i]! }));
    return placed(MARGIN, HEADER + i * BLOCK, block(name, ofName));
  });
  return picture(title, WIDTH, height, [
    text(MARGIN, 40, title, { 'font-size': 20, 'font-weight': 600 }),
    text(MARGIN, 62, about, { fill: MUTED, 'font-size': 12 }),
    legend(methods.map(({ method }) => method)),
    ...blocks,
  ]);
}

function legend(methods: readonly string[]): string {
  const entries = [
    ...methods.map((name, i) => ({ name, colour: METHODS[i]!, dash: 'none' })),
    ...[1, 5, 20].map((n, i) => ({ name: `n = ${n}`, colour: '#1f2328', dash: DASHES[i]! })),
    { name: 'normal', colour: NORMAL, dash: 'none' },
    { name: 'abnormal', colour: ABNORMAL, dash: 'none' },
    { name: 'threshold', colour: '#1f2328', dash: '1 2' },
  ];
  const shown = entries.map(({ name, colour, dash }, i) =>
    placed(
      i * 110,
      0,
      element('path', { d: 'M0 0h24', stroke: colour, 'stroke-width': 2, 'stroke-dasharray': dash }) +
        text(30, 4, name, { 'font-size': 12 }),
    ),
  );
  return placed(MARGIN, 82, shown.join(''));
}

interface Judged {
  readonly method: string;
  readonly judged: JudgedCategory;
}

function block(name: string, methods: readonly Judged[]): string {
  const { recordings, segments } = methods[0]!.judged;
  const about = `${recordings.abnormal} recordings, ${segments.abnormal} segments, against ${recordings.normal} normal ones, ${segments.normal} segments`;
  const panels = [
    rocPlot(methods),
    accuracyPlot(methods),
    ...[1, 20].map(n => histogramPlot(methods[0]!, n)),
  ];
  return [
    element('path', { d: `M0 0h${WIDTH - 2 * MARGIN}`, stroke: '#dadce0' }),
    text(0, 20, name, { 'font-size': 15, 'font-weight': 600 }),
    text(WIDTH - 2 * MARGIN, 20, about, { fill: MUTED, 'font-size': 12, 'text-anchor': 'end' }),
    ...panels.map((panel, i) => placed(i * (PANEL.width + GAP), TITLE, plot(panel, PANEL))),
  ].join('\n');
}

function rocPlot(methods: readonly Judged[]): Plot {
  const lines = methods.flatMap(({ judged }, i) =>
    judged.means.flatMap(({ roc }, j) =>
      roc ? { xs: roc.fpr, ys: roc.tpr, colour: METHODS[i]!, dash: DASHES[j]! } : [],
    ),
  );
  const [best] = methods[0]!.judged.means;
  return {
    title: `ROC, AUC ${best!.auc?.toFixed(3) ?? '-'} at n = 1`,
    x: { name: 'false positive rate', low: 0, high: 1 },
    y: { name: 'true positive rate', low: 0, high: 1 },
    ...{ lines, bars: [], marks: [] },
  };
}

function accuracyPlot(methods: readonly Judged[]): Plot {
  const lines = methods.map(({ judged }, i) => {
    const points = judged.accuracyOverN.filter(({ accuracy }) => accuracy !== null);
    return {
      xs: points.map(({ n }) => n),
      ys: points.map(({ accuracy }) => accuracy!.balancedAccuracy),
      ...{ colour: METHODS[i]!, dash: 'none' },
    };
  });
  return {
    title: 'Balanced accuracy over n',
    x: { name: 'segments in a mean, n', low: 0, high: 30 },
    y: { name: 'accuracy', low: 0, high: 1 },
    ...{ lines, bars: [], marks: [] },
  };
}

function histogramPlot({ method, judged }: Judged, n: number): Plot {
  const histogram = judged.histograms.find(each => each.n === n);
  const empty = { lines: [], bars: [], marks: [] };
  const y = { name: 'share', low: 0, high: 1 };
  if (!histogram) return { title: `No means of ${n}`, x: { name: 'residual', low: 0, high: 1 }, y, ...empty };
  const { edges, alpha, normal, abnormal } = histogram;
  // Classes of different sizes are held against each other as shares.
  const shares = (counts: readonly number[]) => {
    const total = counts.reduce((a, b) => a + b, 0);
    return counts.map(count => (total === 0 ? 0 : count / total));
  };
  const bars = [
    { edges, heights: shares(normal), colour: NORMAL },
    { edges, heights: shares(abnormal), colour: ABNORMAL },
  ];
  const high = Math.max(...bars.flatMap(({ heights }) => heights));
  const low = edges[0]!;
  const last = Math.max(edges.at(-1)!, alpha ?? 0);
  return {
    title: `Residuals of ${method}, n = ${n}`,
    x: { name: 'residual', low: Math.min(low, alpha ?? low), high: last },
    y: { ...y, high: high > 0 ? high : 1 },
    ...{ lines: [], bars, marks: alpha === null ? [] : [alpha] },
  };
}
