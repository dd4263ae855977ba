import { joined } from '../../anomaly/joined.js';
import { shareAbove } from '../../anomaly/operating-point.js';
import { type Recordings, recordingMeans } from '../../anomaly/recording-means.js';
import type { MachineDetails } from './machine-details.js';

/** When a model takes the place of the one before it. */
export interface PromotionRule {
  /** Its mean residual, over that of the one before, must not be above this. */
  readonly maxResidualRatio: number;
  /** It must not call more normal means abnormal than this, 0 to 1, unless the one before calls as many. */
  readonly maxFalseAlarmShare: number;
}

/** A model's answer to normal segments that it has not learnt from, and that have not told its thresholds. */
export interface JudgedModel {
  readonly version: string;
  readonly details: Pick<MachineDetails, 'thresholds' | 'windows'>;
  /** Residuals of each stretch. */
  readonly residuals: Recordings;
}

export interface Judgement {
  readonly isPromoted: boolean;
  /** One sentence with the figures. */
  readonly reason: string;
}

/**
 * Holds a new model against the one in force, on the same normal sound. A lower residual tells that it knows the machine as
 * it is now; false alarms, at the thresholds of each, what changes for the people who get them.
 */
export function judgeChallenger(
  challenger: JudgedModel,
  champion: JudgedModel,
  rule: PromotionRule,
): Judgement {
  const [mean, before] = [meanOf(challenger.residuals), meanOf(champion.residuals)];
  const alarms = falseAlarms(challenger);
  const alarmsBefore = falseAlarms(champion);
  const figures =
    `on ${joined(challenger.residuals).length} held-out normal segments its mean residual is ${mean.toPrecision(4)}, ` +
    `${before.toPrecision(4)} of ${champion.version}; false alarms ${describe(alarms)}, ${describe(alarmsBefore)} before`;
  const worse = alarms.find(({ n, share, means }) => {
    const { share: shareBefore = 0 } = alarmsBefore.find(each => each.n === n) ?? {};
    // One of a few means is no share.
    return share * means > 1 && share > Math.max(rule.maxFalseAlarmShare, shareBefore);
  });
  if (mean > rule.maxResidualRatio * before)
    return { isPromoted: false, reason: `It reconstructs worse: ${figures}.` };
  if (worse) return { isPromoted: false, reason: `Its threshold for n = ${worse.n} is too low: ${figures}.` };
  return { isPromoted: true, reason: `It knows the machine as it is now: ${figures}.` };
}

interface FalseAlarms {
  readonly n: number;
  readonly means: number;
  readonly share: number;
}

function falseAlarms({ details, residuals }: JudgedModel): FalseAlarms[] {
  return details.thresholds.flatMap(({ n, alpha }) => {
    const means = joined(recordingMeans(residuals, n, details.windows));
    return means.length === 0 ? [] : [{ n, means: means.length, share: shareAbove(means, alpha) }];
  });
}

function describe(alarms: readonly FalseAlarms[]): string {
  return alarms.map(({ n, share }) => `${(100 * share).toFixed(1)} % (n = ${n})`).join(' and ');
}

function meanOf(residuals: Recordings): number {
  const all = joined(residuals);
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}
