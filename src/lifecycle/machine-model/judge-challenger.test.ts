import { describe, expect, it } from 'vitest';
import { type JudgedModel, judgeChallenger } from './judge-challenger.js';

const RULE = { maxResidualRatio: 1, maxFalseAlarmShare: 0.05 };

/** A model whose residuals are `mean`, but for a share of them that is `high`; its thresholds lie at 1. */
function model(mean: number, share = 0, high = 2, ns: readonly number[] = [1]): JudgedModel {
  const residuals = Float64Array.from({ length: 200 }, (_, i) => (i < share * 200 ? high : mean));
  const threshold = { alpha: 1, type: 'quantile' as const, provisional: false, independentMeans: 100 };
  const thresholds = ns.map(n => ({ n, ...threshold, specificity: 0.99, sensitivity: null, gamma: null }));
  return { version: `v-${mean}`, details: { thresholds, windows: 'within' }, residuals: [residuals] };
}

describe('a new model beside the one in force', () => {
  it('is promoted when it reconstructs no worse and its threshold calls few normal segments abnormal', () => {
    expect(judgeChallenger(model(0.3, 0.02), model(0.4, 0.2), RULE)).toEqual({
      isPromoted: true,
      reason:
        'It knows the machine as it is now: on 200 held-out normal segments its mean residual is 0.3340, 0.7200 of v-0.4; ' +
        'false alarms 2.0 % (n = 1), 20.0 % (n = 1) before.',
    });
    expect(judgeChallenger(model(0.4), model(0.4), RULE).isPromoted).toBe(true);
  });

  it('is refused when it reconstructs worse, unless the rule allows so much', () => {
    const judge = (maxResidualRatio: number) =>
      judgeChallenger(model(0.42), model(0.4), { ...RULE, maxResidualRatio });
    expect(judge(1)).toMatchObject({
      isPromoted: false,
      reason: expect.stringMatching(/^It reconstructs worse: /),
    });
    expect(judge(1.1).isPromoted).toBe(true);
  });

  it('is refused when its threshold is too low, but not for calling as many as the one before', () => {
    const judged = judgeChallenger(model(0.1, 0.1), model(0.4, 0.01), RULE);
    expect(judged).toMatchObject({
      isPromoted: false,
      reason: expect.stringMatching(/^Its threshold for n = 1 is too low: /),
    });
    expect(judgeChallenger(model(0.1, 0.1), model(0.4, 0.1), RULE).isPromoted).toBe(true);
  });

  it('is not refused for one mean of a few, and is judged by means of 20 too', () => {
    // 10 means of 20, of which the first 1 or 2 are high.
    const creeping = (share: number) => model(0.1, share, 2, [1, 20]);
    const lax = { ...RULE, maxFalseAlarmShare: 0.09 };
    const before = model(0.9, 0, 2, [1, 20]);
    expect(judgeChallenger(creeping(0.085), before, lax).isPromoted).toBe(true);
    const twice = judgeChallenger(model(0.1, 0.2, 2, [20]), before, lax);
    expect(twice.reason).toContain('Its threshold for n = 20 is too low');
  });
});
