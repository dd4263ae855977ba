import { describe, expect, it } from 'vitest';
import { inWorkspace } from './workspace.js';

describe('inWorkspace', () => {
  it('gives memory back when the work ends, also by an error', () => {
    const address = inWorkspace(workspace => workspace.allocate(10));
    expect(() =>
      inWorkspace(workspace => {
        workspace.allocate(100);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(inWorkspace(workspace => workspace.allocate(10))).toBe(address);
  });

  it('keeps what an outer call holds while an inner one computes', () => {
    inWorkspace(outer => {
      const mine = outer.allocate(4);
      outer.doubles(mine, 4).fill(7);
      inWorkspace(inner => {
        const far = inner.allocate(200_000);
        inner.doubles(far, 200_000).fill(1);
      });
      expect([...outer.doubles(mine, 4)]).toEqual([7, 7, 7, 7]);
    });
  });

  it('says so when there is no memory for a matrix', () => {
    expect(() => inWorkspace(workspace => workspace.allocate(2 ** 30))).toThrow(
      /too large: there is no memory/,
    );
  });
});
