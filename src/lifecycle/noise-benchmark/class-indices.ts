import { commonSpace } from './common-space.js';
import type { HeldOutLikelihood } from './held-out-likelihood.js';
import { innerIndices } from './judge-fit.js';
import type { BenchmarkData } from './recording-set.js';
import type { InnerIndices } from './run-result.js';

/** What a method would come to that finds the known classes. */
export interface ClassIndices {
  /** In the common space: known classes overlap there, so that a higher value is not always a better one. */
  readonly common: InnerIndices;
  readonly heldOutLikelihood: number;
}

/** @returns null when classes are not known */
export function classIndices(
  { pooled, classes }: Pick<BenchmarkData, 'pooled' | 'classes'>,
  heldOut: Pick<HeldOutLikelihood, 'gain'>,
): ClassIndices | null {
  if (!classes) return null;
  return {
    common: innerIndices(commonSpace(pooled), classes.truth),
    heldOutLikelihood: heldOut.gain(classes.truth),
  };
}
