import { disjointMeans } from './disjoint-means.js';
import { joined } from './joined.js';

/** Residuals of each recording, in order of time. Splits are by recording: none is in two classes, or in two sets. */
export type Recordings = readonly Float64Array[];

/**
 * Where the n segments of a mean come from.
 * - `within`: one recording. The safe choice: nothing else makes sure that they follow each other.
 * - `across`: recordings one after another, for those shorter than n segments, such as one assembly cycle each.
 */
export type Windows = 'within' | 'across';

/**
 * Means of n segments, no segment in two of them.
 * @returns for each recording, or for all together when `across`
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function recordingMeans(recordings: Recordings, n: number, windows: Windows): Float64Array[] {
  const parts = windows === 'across' ? [joined(recordings)] : recordings;
  return parts.map(residuals => disjointMeans(residuals, n));
}
