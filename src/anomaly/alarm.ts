import type { AlarmEvidence } from './alarm-evidence.js';
import type { WorseBand } from './worst-bands.js';

/**
 * Why an alarm closed.
 * - `released`: the mean stayed below α × releaseRatio for releaseSecs.
 * - `off`, `gap`: there was no mean for staleSecs, since the machine stood still, or since the sound or the scores broke off.
 * - `end`: nothing more comes.
 */
export type CloseReason = 'released' | 'off' | 'gap' | 'end';

/** A step in an alarm's life: it opens once and closes once. */
export interface AlarmRecord {
  readonly kind: 'opened' | 'closed';
  /** Name of the detector that raised it. */
  readonly detector: string;
  readonly n: number;
  readonly alpha: number;
  /** When it opened, µs: with the machine and the detector its identity. */
  readonly openedUs: number;
  /** Event time of this step, µs. */
  readonly atUs: number;
  /** `null` while it is open. */
  readonly closedBy: CloseReason | null;
  /** From its first segment on. */
  readonly evidence: AlarmEvidence;
  /** Of the segments that opened it; empty when it closes. */
  readonly worstBands: readonly WorseBand[];
}
