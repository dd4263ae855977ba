import { readFileSync } from 'node:fs';
import type { CovarianceType } from '../gaussian-mixture.js';

/** Reference values of `test/goldens/cluster/mixtures.json`. */
interface MixtureReference {
  /** One step of expectation-maximization on 6 features of `overlapping`, each row shared a little by all. */
  readonly steps: Readonly<Record<CovarianceType, StepReference>>;
  /** The best of ten starts. */
  readonly fits: readonly {
    readonly name: string;
    readonly k: number;
    readonly covarianceType: CovarianceType;
    readonly lowerBound: number;
  }[];
  readonly pca: readonly {
    readonly rows: number;
    readonly nComponents: number;
    readonly whiten: boolean;
    readonly components: readonly number[];
    readonly explainedVariance: readonly number[];
    readonly explainedVarianceRatio: readonly number[];
    readonly singularValues: readonly number[];
    readonly transformed: readonly number[];
  }[];
  readonly oddIndices: readonly {
    readonly name: string;
    readonly x: readonly (readonly number[])[];
    readonly labels: readonly number[];
    readonly silhouette: number;
    readonly calinskiHarabasz: number;
    readonly daviesBouldin: number;
  }[];
  readonly oddPairs: readonly {
    readonly a: readonly number[];
    readonly b: readonly number[];
    readonly ari: number;
    readonly nmi: number;
  }[];
}

export interface StepReference {
  readonly weights: readonly number[];
  readonly means: readonly number[];
  readonly covariances: readonly number[];
  readonly precisions: readonly number[];
  readonly scoreSamples: readonly number[];
  readonly predictProba: readonly number[];
  readonly bic: number;
  readonly aic: number;
}

const path = new URL('../../../test/goldens/cluster/mixtures.json', import.meta.url);

export const mixtureReference = JSON.parse(readFileSync(path, 'utf8')) as MixtureReference;
