import type { MethodSummary, Spread } from './summarise.js';

const NONE: Spread = { mean: null, std: null };

/** Columns that have a mean and a standard deviation. */
const SPREADS: Readonly<Record<string, (summary: MethodSummary) => Spread>> = {
  own_silhouette: ({ own }) => own.silhouette,
  own_calinski_harabasz: ({ own }) => own.calinskiHarabasz,
  own_davies_bouldin: ({ own }) => own.daviesBouldin,
  common_silhouette: ({ common }) => common.silhouette,
  common_calinski_harabasz: ({ common }) => common.calinskiHarabasz,
  common_davies_bouldin: ({ common }) => common.daviesBouldin,
  nmi: ({ agreement }) => agreement?.nmi ?? NONE,
  ari: ({ agreement }) => agreement?.ari ?? NONE,
  acc: ({ agreement }) => agreement?.acc ?? NONE,
  active_groups: ({ activeGroups }) => activeGroups,
  largest_share: ({ largestShare }) => largestShare,
  stability: ({ stability }) => stability,
  held_out_likelihood_nats: ({ heldOutLikelihood }) => heldOutLikelihood,
  secs: ({ secs }) => secs,
};

/** The table as CSV (RFC 4180 but for line ends): a line a method, empty where there is no value. */
export function summaryCsv(summaries: readonly MethodSummary[]): string {
  const columns = Object.keys(SPREADS).flatMap(name => [`${name}_mean`, `${name}_std`]);
  const lines = summaries.map(summary => {
    const { method, space, runs, fitted, failures } = summary;
    const values = Object.values(SPREADS).flatMap(select => {
      const { mean, std } = select(summary);
      return [mean ?? '', std ?? ''];
    });
    return [method, space, runs, fitted, failures.MODEL_COLLAPSED ?? 0, ...values].join(',');
  });
  return `${[['method', 'space', 'runs', 'fitted', 'collapsed', ...columns].join(','), ...lines].join('\n')}\n`;
}
