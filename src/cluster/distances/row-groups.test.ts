import { describe, expect, it } from 'vitest';
import { GROUP, RowGroups } from './row-groups.js';

describe('RowGroups', () => {
  it('takes out of a group what the strip says, and leaves other rows alone', () => {
    const groups = new RowGroups(2 * GROUP, 2);
    groups.set(0, Float64Array.of(1, 0));
    groups.set(3, Float64Array.of(0, 1));
    groups.set(GROUP, Float64Array.of(5, 7));
    groups.set(GROUP + 3, Float64Array.of(-2, 3));
    groups.innerProducts(1, 0, 1);
    expect([groups.strip[0], groups.strip[3], groups.strip[3 * groups.stride]]).toEqual([5, 7, -2]);
    groups.strip[3] = 0;
    groups.subtractCombinations(1, 0, 1);
    const row = new Float64Array(2);
    groups.get(GROUP, row);
    expect([...row]).toEqual([0, 7]);
    groups.get(GROUP + 3, row);
    expect([...row]).toEqual([0, 0]);
    groups.get(3, row);
    expect([...row]).toEqual([0, 1]);
  });
});
