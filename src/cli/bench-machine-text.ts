import type { Interval } from '../anomaly/bootstrap-auc.js';
import type { JudgedMeans } from '../lifecycle/machine-benchmark/judge-residuals.js';
import type { AucDifference, JudgedMethod } from '../lifecycle/machine-benchmark/run-machine-benchmark.js';
import { formatTable } from './table.js';

export interface MachineBenchmarkAbout {
  readonly normal: string;
  readonly recordings: {
    readonly training: number;
    readonly validation: number;
    readonly test: number;
    readonly abnormal: number;
  };
  readonly windows: string;
  readonly width: string | null;
  readonly steps: number;
  readonly equation3: string;
  readonly loss: number;
  readonly heldOutLoss: number | null;
}

/** The tables that a person reads, a part for each category. */
export function machineBenchmarkText(
  methods: readonly JudgedMethod[],
  differences: readonly AucDifference[],
  { normal, recordings, windows, width, steps, equation3, loss, heldOutLoss }: MachineBenchmarkAbout,
): string {
  const { training, validation, test, abnormal } = recordings;
  const names = methods[0]!.categories.map(({ name }) => name);
  return [
    `${normal}: ${training} recordings to train with, ${validation} for thresholds, ${test} to be judged\n` +
      (abnormal > 0 ? `${abnormal} abnormal recordings for thresholds; they are not judged\n` : '') +
      `A segment lasts ${equation3} (equation 3)\n` +
      `${width ?? 'own'} network, ${steps} steps, loss ${loss.toPrecision(4)}, ${heldOutLoss?.toPrecision(4) ?? '-'} on validation\n`,
    ...names.map(
      (name, i) =>
        categoryText(name, methods, i) +
        differenceText(
          differences.filter(({ category }) => category === name),
          methods[1]!.method,
        ),
    ),
    `Means of n are taken ${windows} recordings and share no segment. In brackets: 95 % of the bootstrap, which draws whole\n` +
      'recordings. Windows: independent means of n, normal and abnormal; of few windows an interval is too narrow.\n' +
      'Accuracy is balanced: the mean of sensitivity and specificity at the threshold; * is a provisional threshold.\n',
  ].join('\n');
}

function categoryText(name: string, methods: readonly JudgedMethod[], place: number): string {
  const { recordings, segments } = methods[0]!.categories[place]!;
  const rows = methods.flatMap(({ method, categories }) =>
    categories[place]!.means.map(means => [method, `${means.n}`, ...cells(means)]),
  );
  const headers = [
    'method',
    'n',
    'AUC',
    '',
    'partial AUC',
    '',
    'accuracy',
    'sensitivity',
    'specificity',
    'windows',
  ];
  const over = methods.map(({ method, categories }) => [
    method,
    ...categories[place]!.accuracyOverN.map(({ accuracy }) => accuracy?.balancedAccuracy.toFixed(2) ?? '-'),
  ]);
  const ns = methods[0]!.categories[place]!.accuracyOverN.map(({ n }) => `${n}`);
  return (
    `${name}: ${recordings.abnormal} recordings, ${segments.abnormal} segments, against ${recordings.normal} normal ones, ${segments.normal} segments\n` +
    formatTable(headers, rows) +
    formatTable(['accuracy over n', ...ns], over)
  );
}

function differenceText(differences: readonly AucDifference[], baseline: string): string {
  const parts = differences.map(
    ({ n, difference, interval: within }) =>
      `n = ${n}: ${difference < 0 ? '' : '+'}${difference.toFixed(3)} ${interval(within)}`,
  );
  return parts.length === 0
    ? ''
    : `AUC of the network less that of ${baseline}, of the same draws: ${parts.join(', ')}\n`;
}

function cells({
  auc,
  aucInterval,
  partialAuc,
  partialAucInterval,
  accuracy,
  threshold,
  independentWindows,
}: JudgedMeans) {
  const { normal, abnormal } = independentWindows;
  return [
    ...[number(auc), interval(aucInterval), number(partialAuc), interval(partialAucInterval)],
    accuracy ? `${number(accuracy.balancedAccuracy)}${threshold?.provisional ? '*' : ''}` : '-',
    ...[number(accuracy?.sensitivity ?? null), number(accuracy?.specificity ?? null)],
    `${normal} + ${abnormal}`,
  ];
}

function number(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}

function interval(value: Interval | null): string {
  return value === null ? '' : `[${value.low.toFixed(3)}, ${value.high.toFixed(3)}]`;
}
