import { describe, expect, it } from 'vitest';
import { decSteps, epochsOf, networkSettings, stepsAfterPretraining } from './network-options.js';

describe('the epochs of a network', () => {
  it('are as many as make 1,000 steps: few events have to be seen more often', () => {
    expect([40, 320, 3200, 32_000].map(rows => epochsOf('auto', rows, 32))).toEqual([100, 100, 10, 10]);
    expect(epochsOf(7, 320, 32)).toBe(7);
    expect([320, 3200].map(rows => decSteps('auto', rows))).toEqual([560, 560]);
    expect([100, 320, 3200].map(rows => decSteps(3, rows))).toEqual([3, 6, 39]);
  });

  it('tell what is left to do after the pretraining', () => {
    const settings = networkSettings();
    expect(stepsAfterPretraining('conv-sdae+gmm', settings, 320)).toBe(0);
    expect(stepsAfterPretraining('vade', settings, 320)).toBe(1000);
    // Eight times the rows a step, half the cost a row.
    expect(stepsAfterPretraining('dec', settings, 320)).toBe(560 * 4);
  });
});
