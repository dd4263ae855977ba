import { describe, expect, it } from 'vitest';
import { groupsBySize, matchGroups } from './group-matching.js';

function ids(old: number[], labels: number[], next = 10, minOverlap = 0.2) {
  const matched = matchGroups(Int32Array.from(old), Int32Array.from(labels), next, minOverlap);
  return { ids: [...matched.ids], next: matched.nextGroupId };
}

describe('matchGroups', () => {
  it('finds the old groups under new numbers', () => {
    expect(ids([4, 4, 7, 7, 2, 2], [1, 1, 2, 2, 0, 0])).toEqual({ ids: [2, 4, 7], next: 10 });
  });

  it('gives the larger part of a split group its id, and the rest a new one', () => {
    expect(ids([4, 4, 4, 4, 4, 7], [0, 0, 0, 1, 1, 2])).toEqual({ ids: [4, 10, 7], next: 11 });
  });

  it('gives merged groups the id of the larger one', () => {
    expect(ids([4, 4, 4, 7, 7, 2], [0, 0, 0, 0, 0, 1])).toEqual({ ids: [4, 2], next: 10 });
  });

  it('does not give an id to a group that shares too little with it', () => {
    const old = [...new Array<number>(10).fill(4), 7];
    const labels = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
    // One of eleven rows of both together: 1/11 with 4, 1/2 with 7.
    expect(ids(old, labels)).toEqual({ ids: [4, 7], next: 10 });
    expect(ids(old, labels, 10, 0.6)).toEqual({ ids: [4, 10], next: 11 });
  });

  it('gives rows that belonged to no group an id that was never used', () => {
    expect(ids([4, 4, -1, -1, -1], [0, 0, 1, 1, 1])).toEqual({ ids: [4, 10], next: 11 });
    expect(ids([-1, -1], [0, 0], 10, 0)).toEqual({ ids: [10], next: 11 });
  });
});

describe('groupsBySize', () => {
  it('numbers the largest first, equal ones in their order', () => {
    const { ids: numbered, nextGroupId } = groupsBySize(Float64Array.of(5, 9, 5), 3);
    expect([...numbered]).toEqual([4, 3, 5]);
    expect(nextGroupId).toBe(6);
  });
});
