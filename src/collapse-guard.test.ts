import { describe, expect, it } from 'vitest';
import { checkCollapse, groupShares } from './collapse-guard.js';

describe('groupShares', () => {
  it('counts the groups that have rows, and the share of the largest', () => {
    expect(groupShares(Float64Array.of(2, 0, 6, 0))).toEqual({ activeGroups: 2, largestShare: 0.75 });
  });
});

describe('checkCollapse', () => {
  it('refuses a fit with one active group or one that holds nearly all', () => {
    expect(() => checkCollapse({ activeGroups: 1, largestShare: 1 }, 5, 1)).toThrow(
      'Of 5 groups 1 have events, the largest has 100.0 % of them.',
    );
    expect(() => checkCollapse({ activeGroups: 3, largestShare: 0.96 }, 5, 0.95)).toThrow('96.0 %');
  });

  it('takes a fit with several groups, and one group where one was asked for', () => {
    checkCollapse({ activeGroups: 2, largestShare: 0.95 }, 5, 0.95);
    checkCollapse({ activeGroups: 1, largestShare: 1 }, 1, 0.95);
  });
});
