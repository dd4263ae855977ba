import { PlantsenseError } from '../../errors.js';
import { Random } from '../../random.js';
import type { SegmentedRecording } from './segment-set.js';

/** Shares of the segments, 0 to 1; what is left is trained with. */
export interface SplitShares {
  /** What thresholds are told by. */
  readonly validation: number;
  /** What is neither trained with nor tells a threshold; 0 for none. */
  readonly test: number;
}

export interface SplitRecordings {
  readonly training: readonly SegmentedRecording[];
  readonly validation: readonly SegmentedRecording[];
  readonly test: readonly SegmentedRecording[];
}

/**
 * Parts recordings by the seed. A recording is in one part as a whole: neighbouring segments share sound, so a part that
 * held some of them would know the others. Each part has one recording at least, and the order of the recordings.
 *
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT when there are fewer recordings than parts; PARAMETER_INVALID
 */
export function splitRecordings(
  recordings: readonly SegmentedRecording[],
  shares: SplitShares,
  seed: number,
): SplitRecordings {
  const { validation: validationShare, test: testShare } = shares;
  if (!(validationShare > 0 && testShare >= 0 && validationShare + testShare < 1))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `Validation and test must leave something to train with, not take ${validationShare} and ${testShare}.`,
    );
  const heard = recordings.filter(({ rows }) => rows > 0);
  const parts = testShare > 0 ? 3 : 2;
  if (heard.length < parts)
    throw new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `${parts} recordings are needed at least, since none may be in two parts, and there ${heard.length === 1 ? 'is' : 'are'} ` +
        `${heard.length}. Cut a long one into files, with a pause left out between them.`,
    );
  const total = heard.reduce((sum, { rows }) => sum + rows, 0);
  const order = new Random(seed).shuffle([...heard]);
  let next = 0;
  /** Takes recordings until they have the share, but leaves one for each part to come. */
  const take = (share: number, partsToCome: number) => {
    const taken = new Set<SegmentedRecording>();
    let rows = 0;
    while (order.length - next > partsToCome && (taken.size === 0 || rows < share * total)) {
      rows += order[next]!.rows;
      taken.add(order[next++]!);
    }
    return heard.filter(recording => taken.has(recording));
  };
  const test = testShare > 0 ? take(testShare, 2) : [];
  const validation = take(validationShare, 1);
  const rest = new Set(order.slice(next));
  return { training: heard.filter(recording => rest.has(recording)), validation, test };
}
