import { checkLabels } from '../cluster-means.js';
import { condensedDistances } from '../distances/condensed-distances.js';
import type { DenseLabels } from '../label-counts.js';
import type { Matrix } from '../matrix.js';
import { silhouetteScore, silhouettesOfSums } from '../silhouette-score.js';

/** Rows whose distances are kept: up to half a gigabyte. Ward's tree takes as much. */
const MOST_ROWS = 11_000;

/**
 * The mean Silhouette of many labellings of the same rows: distances are measured once, where there is room for them.
 * As `silhouetteScore`, up to the rounding of sums.
 */
export class Silhouettes {
  readonly #x: Matrix;
  #distances: Float64Array | undefined;

  /** @param x checked; not copied */
  constructor(x: Matrix) {
    this.#x = x;
  }

  /** Throws as `silhouetteScore`. */
  score(labels: Int32Array): number {
    const x = this.#x;
    if (x.rows > MOST_ROWS) return silhouetteScore(x, labels);
    const dense = checkLabels(x, labels);
    this.#distances ??= condensedDistances(x);
    const samples = silhouettesOfSums(dense, sumsOfDistances(this.#distances, dense));
    return samples.reduce((a, b) => a + b) / x.rows;
  }
}

/** Sum of distances of each row to each cluster, `[rows, clusters]`. */
function sumsOfDistances(distances: Float64Array, { labels, sizes }: DenseLabels): Float64Array {
  const rows = labels.length;
  const k = sizes.length;
  const sums = new Float64Array(rows * k);
  for (let i = 0, at = 0; i < rows; i++) {
    const start = i * k;
    const own = labels[i]!;
    for (let j = i + 1; j < rows; j++) {
      const distance = distances[at++]!;
      sums[start + labels[j]!]! += distance;
      sums[j * k + own]! += distance;
    }
  }
  return sums;
}
