import type { ClassIndices } from '../lifecycle/noise-benchmark/class-indices.js';
import { COMPONENTS } from '../lifecycle/noise-benchmark/principal-components.js';
import type { InnerIndices } from '../lifecycle/noise-benchmark/run-result.js';
import type { InnerSpread, MethodSummary, Spread } from '../lifecycle/noise-benchmark/summarise.js';
import { formatTable } from './table.js';

const KNOWN = '(known classes)';

const SPACES: Readonly<Record<MethodSummary['space'], string>> = {
  pooled: 'mean and standard deviation of each mel band',
  pca: `first ${COMPONENTS} principal components of the same, standardised before and whitened after`,
  spectrogram: 'log-mel spectrograms, flat',
  latent: 'latents of the network',
};

const RUNS =
  'Runs. Stability: adjusted Rand index of two of them. Held-out nats: log-likelihood of a recording that was left\n' +
  'out, in the common space under a normal distribution for each group, above that of groups by chance';

/**
 * The tables that a person reads: mean ± standard deviation over the runs.
 * @param known what the known classes come to, for a line beside the methods; null when classes are not known
 */
export function summaryText(summaries: readonly MethodSummary[], known: ClassIndices | null): string {
  const inner = (rows: readonly (readonly [string, InnerSpread])[]) =>
    formatTable(
      ['method', 'silhouette', 'Calinski-Harabasz', 'Davies-Bouldin'],
      rows.map(([name, { silhouette, calinskiHarabasz, daviesBouldin }]) => [
        ...[name, show(silhouette, 3), show(calinskiHarabasz, 1), show(daviesBouldin, 3)],
      ]),
    );
  const own = inner(summaries.map(({ method, own }) => [method, own]));
  const common = inner([
    ...summaries.map(({ method, common }) => [method, common] as const),
    ...(known ? [[KNOWN, once(known.common)] as const] : []),
  ]);
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
    ['method', 'fitted', 'active groups', 'largest share', 'stability', 'held-out nats', 'seconds'],
    [
      ...summaries.map(({ method, runs, fitted, activeGroups, largestShare, ...rest }) => [
        ...[method, `${fitted} of ${runs}`, show(activeGroups, 1), show(largestShare, 3)],
        ...[show(rest.stability, 3), show(rest.heldOutLikelihood, 3), show(rest.secs, 1)],
      ]),
      ...(known ? [[KNOWN, '-', '-', '-', '-', known.heldOutLikelihood.toFixed(3), '-']] : []),
    ],
  );
  const failures = summaries.flatMap(({ method, failures }) =>
    Object.entries(failures).map(([code, count]) =>
      code === 'MODEL_COLLAPSED'
        ? `${method}: ${count} collapsed, nearly all recordings in one group\n`
        : `${method}: ${count} failed with ${code}\n`,
    ),
  );
  return [
    `In each method's own space\n${own}${spaces(summaries)}`,
    `In one common space: pooled mel statistics, standardised\n${common}`,
    ...(agreement ? [`Agreement with the known classes\n${agreement}`] : []),
    `${RUNS}\n${runs}${failures.join('')}`,
    'Silhouette alone chooses no method: it rises when a network draws its space together into few groups.\n',
  ].join('\n');
}

/** Which method groups what. */
function spaces(summaries: readonly MethodSummary[]): string {
  return Object.entries(SPACES)
    .map(([space, about]) => [summaries.filter(summary => summary.space === space), about] as const)
    .filter(([methods]) => methods.length > 0)
    .map(([methods, about]) => `${methods.map(({ method }) => method).join(', ')}: ${about}\n`)
    .join('');
}

/** What has one value only. */
function once({ silhouette, calinskiHarabasz, daviesBouldin }: InnerIndices): InnerSpread {
  const single = (mean: number | null): Spread => ({ mean, std: null });
  return {
    silhouette: single(silhouette),
    calinskiHarabasz: single(calinskiHarabasz),
    daviesBouldin: single(daviesBouldin),
  };
}

function show({ mean, std }: Spread, digits: number): string {
  if (mean === null) return '-';
  return std === null ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${std.toFixed(digits)}`;
}
