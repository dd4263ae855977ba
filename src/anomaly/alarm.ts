import type { AlarmEvidence } from './alarm-evidence.js';
import type { WorseBand } from './worst-bands.js';

/**
 * Why an alarm closed.
 * - `released`: the mean stayed below α × releaseRatio for releaseSecs.
 * - `off`, `gap`: there was no mean for staleSecs, since the machine stood still, or since the sound broke off.
 * - `end`: nothing more comes.
 */
export type CloseReason = 'released' | 'off' | 'gap' | 'end';

/** A step in an alarm's life: it opens once, may go on, and closes once. */
export interface AlarmRecord {
  readonly kind: 'opened' | 'continues' | 'closed';
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
  /**
   * The worst ones of the segments since the last `continues` or the last change of model, or since its first segment;
   * empty without segments.
   */
  readonly worstBands: readonly WorseBand[];
}
