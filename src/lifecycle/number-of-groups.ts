import { chooseK, type KCandidate, kCandidates, kRange } from '../cluster/choose-k.js';
import { type Matrix, takeRows } from '../cluster/matrix.js';
import type { FitNoiseSettings } from './fit-noise-options.js';
import { sampleRows } from './sample-rows.js';

export interface NumberOfGroups {
  readonly k: number;
  /** The numbers that were tried; none when it was given. */
  readonly candidates: KCandidate[];
}

/**
 * How many numbers of groups there are to try.
 * @param rows of what they are tried on
 */
export function candidateCount(rows: number, settings: FitNoiseSettings): number {
  if (settings.groups !== 'auto') return 0;
  const { kMin, kMax } = kRange(sampleRows(rows, settings.seed).length, chooseParams(settings));
  return kMax - kMin + 1;
}

/**
 * The number of groups, given or chosen by `chooseK` on a sample.
 *
 * @param x `[rows, features]`, standardised
 * @param beforeEach called before each candidate and awaited
 */
export async function numberOfGroups(
  x: Matrix,
  settings: FitNoiseSettings,
  beforeEach: () => Promise<void>,
): Promise<NumberOfGroups> {
  if (settings.groups !== 'auto') return { k: settings.groups, candidates: [] };
  const params = chooseParams(settings);
  const sample = takeRows(x, sampleRows(x.rows, settings.seed));
  const { kMax } = kRange(sample.rows, params);
  const candidates: KCandidate[] = [];
  await beforeEach();
  for (const candidate of kCandidates(sample, params)) {
    candidates.push(candidate);
    if (candidate.k < kMax) await beforeEach();
  }
  return { k: chooseK(candidates, params).k, candidates };
}

function chooseParams({ minGroups, maxGroups, regCovar, folds, seed }: FitNoiseSettings) {
  return { kMin: minGroups, kMax: maxGroups, regCovar, folds, randomState: seed };
}
