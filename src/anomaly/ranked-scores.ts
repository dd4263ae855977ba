/** Scores of two classes in falling order: what a ROC curve, its area and every resample of it are read from. */
import { PlantsenseError } from '../errors.js';
import { checkScores } from './checks.js';
import { joined } from './joined.js';

export interface RankedScores {
  /** Falling. */
  readonly scores: Float64Array;
  /** Recording of each score; the normal ones come first: 0 .. normalRecordings - 1, then the abnormal ones. */
  readonly recordings: Int32Array;
  /** Scores of each recording. */
  readonly sizes: Int32Array;
  readonly normalRecordings: number;
}

/**
 * @param normal scores of each normal recording
 * @param abnormal scores of each abnormal one
 * @throws PlantsenseError PARAMETER_INVALID when a class has no scores; RESIDUALS_INVALID when one is not finite
 */
export function rankScores(normal: readonly Float64Array[], abnormal: readonly Float64Array[]): RankedScores {
  checkClass('normal', normal);
  checkClass('abnormal', abnormal);
  const parts = [...normal, ...abnormal];
  const sizes = Int32Array.from(parts, part => part.length);
  const values = joined(parts);
  const owners = new Int32Array(values.length);
  let at = 0;
  sizes.forEach((size, recording) => {
    owners.fill(recording, at, at + size);
    at += size;
  });
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
  return {
    scores: Float64Array.from(order, i => values[i]!),
    recordings: Int32Array.from(order, i => owners[i]!),
    sizes,
    normalRecordings: normal.length,
  };
}

function checkClass(name: string, parts: readonly Float64Array[]): void {
  if (parts.every(part => part.length === 0))
    throw new PlantsenseError('PARAMETER_INVALID', `There are no ${name} scores: a ROC curve needs both.`);
  for (const part of parts) checkScores(`${name} scores`, part);
}
