import type { InnerSpread, MethodSummary, Spread } from '../lifecycle/noise-benchmark/summarise.js';
import { formatTable } from './table.js';

/** The tables that a person reads: mean ± standard deviation over the runs. */
export function summaryText(summaries: readonly MethodSummary[]): string {
  const inner = (of: (summary: MethodSummary) => InnerSpread) =>
    formatTable(
      ['method', 'silhouette', 'Calinski-Harabasz', 'Davies-Bouldin'],
      summaries.map(summary => {
        const { silhouette, calinskiHarabasz, daviesBouldin } = of(summary);
        return [summary.method, show(silhouette, 3), show(calinskiHarabasz, 1), show(daviesBouldin, 3)];
      }),
    );
  const agreement = formatTable(
    ['method', 'NMI', 'ARI', 'ACC'],
    summaries
      .filter(summary => summary.agreement !== null)
      .map(({ method, agreement }) => [
        method,
        ...[agreement!.nmi, agreement!.ari, agreement!.acc].map(spread => show(spread, 3)),
      ]),
  );
  const runs = formatTable(
    ['method', 'fitted', 'active groups', 'largest share', 'stability', 'seconds'],
    summaries.map(({ method, runs, fitted, activeGroups, largestShare, stability, secs }) => [
      ...[method, `${fitted} of ${runs}`, show(activeGroups, 1), show(largestShare, 3)],
      ...[show(stability, 3), show(secs, 1)],
    ]),
  );
  const failures = summaries.flatMap(({ method, failures }) =>
    Object.entries(failures).map(([code, count]) =>
      code === 'MODEL_COLLAPSED'
        ? `${method}: ${count} collapsed, nearly all recordings in one group\n`
        : `${method}: ${count} failed with ${code}\n`,
    ),
  );
  return [
    `In each method's own space\n${inner(({ own }) => own)}`,
    `In one common space: pooled mel statistics, standardised\n${inner(({ common }) => common)}`,
    ...(agreement ? [`Agreement with the known classes\n${agreement}`] : []),
    `Runs; stability is the ARI between two of them\n${runs}${failures.join('')}`,
    'Silhouette alone chooses no method: it rises when a network draws its space together into few groups.\n',
  ].join('\n');
}

function show({ mean, std }: Spread, digits: number): string {
  if (mean === null) return '-';
  return std === null ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${std.toFixed(digits)}`;
}
