import { adjustedRandScore } from '../../cluster/adjusted-rand-score.js';
import { BENCHMARK_METHODS, type BenchmarkMethod, methodSpace } from './benchmark-options.js';
import type { HeldOutLikelihood } from './held-out-likelihood.js';
import type { FittedOutcome, RunResult } from './run-result.js';

/** Of the runs of a method; null where no run has a value. */
export interface Spread {
  readonly mean: number | null;
  /** Standard deviation, with n - 1 degrees of freedom; null below two values. */
  readonly std: number | null;
}

export interface InnerSpread {
  readonly silhouette: Spread;
  readonly calinskiHarabasz: Spread;
  readonly daviesBouldin: Spread;
}

/** A row of the table: what the runs of a method came to. */
export interface MethodSummary {
  readonly method: BenchmarkMethod;
  /** What it groups recordings in. */
  readonly space: ReturnType<typeof methodSpace>;
  readonly runs: number;
  /** Runs that gave groups; indices are of these. */
  readonly fitted: number;
  /** How often the others failed, by error code; a collapsed fit is MODEL_COLLAPSED. */
  readonly failures: Readonly<Record<string, number>>;
  readonly own: InnerSpread;
  readonly common: InnerSpread;
  /** Null when classes are not known. */
  readonly agreement: { readonly nmi: Spread; readonly ari: Spread; readonly acc: Spread } | null;
  readonly activeGroups: Spread;
  /** Share of the recordings that the largest group has. */
  readonly largestShare: Spread;
  /** Adjusted Rand index between the groups of each two runs. */
  readonly stability: Spread;
  /** Nats a recording that groups tell more than groups by chance: see {@link HeldOutLikelihood}. */
  readonly heldOutLikelihood: Spread;
  readonly secs: Spread;
}

/**
 * Rows in the order of the paper's table.
 * @param heldOut of the recordings that the results are of
 */
export function summarise(
  results: readonly RunResult[],
  heldOut: Pick<HeldOutLikelihood, 'gain'>,
): MethodSummary[] {
  return BENCHMARK_METHODS.flatMap(method => {
    const runs = results.filter(result => result.method === method);
    return runs.length === 0 ? [] : [summariseMethod(method, runs, heldOut)];
  });
}

function summariseMethod(
  method: BenchmarkMethod,
  results: readonly RunResult[],
  heldOut: Pick<HeldOutLikelihood, 'gain'>,
): MethodSummary {
  const fitted = results.map(({ outcome }) => outcome).filter(outcome => outcome.state === 'fitted');
  const failures: Record<string, number> = {};
  for (const { outcome } of results)
    if (outcome.state === 'failed') failures[outcome.code] = (failures[outcome.code] ?? 0) + 1;
  const agreements = fitted.map(({ agreement }) => agreement).filter(agreement => agreement !== null);
  return {
    ...{ method, space: methodSpace(method), runs: results.length, fitted: fitted.length, failures },
    own: innerSpread(fitted, 'own'),
    common: innerSpread(fitted, 'common'),
    agreement:
      agreements.length === 0
        ? null
        : {
            nmi: spread(agreements.map(({ nmi }) => nmi)),
            ari: spread(agreements.map(({ ari }) => ari)),
            acc: spread(agreements.map(({ acc }) => acc)),
          },
    activeGroups: spread(fitted.map(({ activeGroups }) => activeGroups)),
    largestShare: spread(fitted.map(({ largestShare }) => largestShare)),
    stability: spread(pairs(fitted).map(([a, b]) => adjustedRandScore(a.labels, b.labels))),
    heldOutLikelihood: spread(fitted.map(({ labels }) => heldOut.gain(labels))),
    secs: spread(results.map(({ secs }) => secs)),
  };
}

function innerSpread(fitted: readonly FittedOutcome[], space: 'own' | 'common'): InnerSpread {
  return {
    silhouette: spread(fitted.map(outcome => outcome[space].silhouette)),
    calinskiHarabasz: spread(fitted.map(outcome => outcome[space].calinskiHarabasz)),
    daviesBouldin: spread(fitted.map(outcome => outcome[space].daviesBouldin)),
  };
}

/** Mean and standard deviation of the values that there are. */
export function spread(values: readonly (number | null)[]): Spread {
  const known = values.filter(value => value !== null);
  const n = known.length;
  if (n === 0) return { mean: null, std: null };
  const mean = known.reduce((a, b) => a + b) / n;
  if (n === 1) return { mean, std: null };
  return { mean, std: Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)) };
}

function pairs<T>(items: readonly T[]): (readonly [T, T])[] {
  return items.flatMap((a, i) => items.slice(i + 1).map(b => [a, b] as const));
}
