import { describe, expect, it } from 'vitest';
import type { RunOutcome, RunResult } from './run-result.js';
import { spread, summarise } from './summarise.js';
import { summaryCsv } from './summary-csv.js';

const inner = { silhouette: 0.5, calinskiHarabasz: 10, daviesBouldin: null };

/** As if each group told one nat. */
const heldOut = { gain: (labels: ArrayLike<number>) => new Set(Array.from(labels)).size };

function result(run: number, labels: readonly number[] | null): RunResult {
  const outcome: RunOutcome = labels
    ? {
        ...{ state: 'fitted', labels: [...labels], activeGroups: new Set(labels).size, largestShare: 0.5 },
        ...{
          own: inner,
          common: { ...inner, silhouette: run },
          agreement: { nmi: run / 10, ari: 0, acc: 1 },
          map: [],
        },
      }
    : { state: 'failed', code: 'MODEL_COLLAPSED', reason: 'One group.' };
  const key = { method: 'dec', run, seed: run, recordings: 'r', options: {} } as const;
  return { format: 1, ...key, secs: labels ? 2 * run : null, outcome };
}

describe('the summary of runs', () => {
  it('has mean and standard deviation of what there is', () => {
    expect(spread([])).toEqual({ mean: null, std: null });
    expect(spread([null, 4])).toEqual({ mean: 4, std: null });
    expect(spread([2, null, 4, 6])).toEqual({ mean: 4, std: 2 });
  });

  it('leaves collapsed runs out of the indices and counts them', () => {
    const [row] = summarise([result(1, [0, 0, 1, 1]), result(2, null), result(3, [1, 1, 0, 0])], heldOut);
    expect(row).toMatchObject({
      ...{ method: 'dec', space: 'latent', runs: 3, fitted: 2, failures: { MODEL_COLLAPSED: 1 } },
      own: { silhouette: { mean: 0.5, std: 0 }, daviesBouldin: { mean: null } },
      common: { silhouette: { mean: 2, std: Math.SQRT2 } },
      agreement: { nmi: { mean: 0.2 } },
      // The same groups by other names.
      stability: { mean: 1, std: null },
      heldOutLikelihood: { mean: 2, std: 0 },
      secs: { mean: 4 },
    });
  });

  it('compares each two runs for stability', () => {
    const [row] = summarise(
      [result(1, [0, 0, 1, 1]), result(2, [1, 1, 0, 0]), result(3, [0, 1, 0, 1])],
      heldOut,
    );
    expect(row!.stability.mean).toBeCloseTo((1 - 0.5 - 0.5) / 3, 12);
  });

  it('is a line a method as CSV, with as many cells as there are names', () => {
    const csv = summaryCsv(summarise([result(1, [0, 0, 1, 1]), result(2, null)], heldOut));
    const [names, cells, end] = csv.split('\n').map(line => line.split(','));
    expect(end).toEqual(['']);
    expect(cells).toHaveLength(names!.length);
    const row = Object.fromEntries(names!.map((name, i) => [name, cells![i]]));
    expect(row).toMatchObject({
      method: 'dec',
      space: 'latent',
      runs: '2',
      fitted: '1',
      collapsed: '1',
      own_silhouette_mean: '0.5',
    });
    expect(row).toMatchObject({ own_silhouette_std: '', own_davies_bouldin_mean: '', secs_mean: '2' });
    expect(row).toMatchObject({ held_out_likelihood_nats_mean: '2' });
  });
});
