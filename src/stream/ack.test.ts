import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ack } from './ack.js';

interface Root {
  readonly ack: Ack;
  readonly settled: (Error | null)[];
  retained: number;
}

function root(): Root {
  const settled: (Error | null)[] = [];
  const made: Root = {
    settled,
    retained: 0,
    ack: new Ack({
      settled: failure => void settled.push(failure),
      retained: () => {
        made.retained += 1;
      },
    }),
  };
  return made;
}

describe('Ack', () => {
  it('settles the whole with the last of its shares', () => {
    const { ack, settled } = root();
    const [first, second, third] = ack.share(3);
    first!.done();
    third!.done();
    expect(settled).toEqual([]);
    second!.done();
    expect(settled).toEqual([null]);
  });

  it('is done when it is shared among nobody: there is no effect to wait for', () => {
    const { ack, settled } = root();
    expect(ack.share(0)).toEqual([]);
    expect(settled).toEqual([null]);
  });

  it('fails the whole when one share fails, with the first error, and not before the last share', () => {
    const { ack, settled } = root();
    const [first, second, third] = ack.share(3);
    second!.fail(new Error('first'));
    first!.fail(new Error('second'));
    expect(settled).toEqual([]);
    third!.done();
    expect(settled).toEqual([new Error('first')]);
  });

  it('settles all that a batch carries', () => {
    const roots = [root(), root()];
    const batch = Ack.all(roots.map(({ ack }) => ack));
    expect(roots.map(({ settled }) => settled)).toEqual([[], []]);
    batch.done();
    expect(roots.map(({ settled }) => settled)).toEqual([[null], [null]]);
  });

  it('refuses to be used twice, also after it was shared or joined', () => {
    const done = root().ack;
    done.done();
    expect(() => done.done()).toThrow('used twice');
    const shared = root().ack;
    shared.share(2);
    expect(() => shared.done()).toThrow('used twice');
    const joined = root().ack;
    Ack.all([joined]);
    expect(() => joined.share(1)).toThrow('used twice');
  });

  it('gives the credit back once every share is kept or done, and once only', () => {
    const made = root();
    const [kept, done] = made.ack.share(2);
    kept!.retain();
    kept!.retain();
    expect(made.retained).toBe(0);
    done!.done();
    expect(made.retained).toBe(1);
    kept!.done();
    expect(made).toMatchObject({ retained: 1, settled: [null] });
  });

  it("gives no credit back once it is used up: that is the shares' to do", () => {
    const made = root();
    const shares = made.ack.share(2);
    made.ack.retain();
    expect(made.retained).toBe(0);
    for (const share of shares) share.done();
    expect(made).toMatchObject({ retained: 0, settled: [null] });
  });

  it('does not give the credit of a kept value back again when it joins a batch or is shared', () => {
    const [a, b] = [root(), root()];
    a.ack.retain();
    const batch = Ack.all([a.ack, b.ack]);
    batch.retain();
    const shares = batch.share(2);
    for (const share of shares) share.retain();
    for (const share of shares) share.done();
    expect([a.retained, b.retained]).toEqual([1, 1]);
    expect([a.settled, b.settled]).toEqual([[null], [null]]);
  });

  it('settles each root once, after its last leaf, whatever tree of shares and batches lies between', () => {
    const operation = fc.record({
      kind: fc.constantFrom('share', 'all', 'retain', 'done', 'fail'),
      at: fc.nat(),
      size: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(operation, { maxLength: 60 }),
        (count, operations) => {
          const roots = Array.from({ length: count }, root);
          // A leaf knows the roots that it stands for.
          let leaves = roots.map(({ ack }, i) => ({ ack, roots: new Set([i]) }));
          const failed = new Set<number>();
          const failure = new Error('failed');
          const check = () => {
            for (const [i, { settled, retained }] of roots.entries()) {
              const isOpen = leaves.some(leaf => leaf.roots.has(i));
              expect(settled).toEqual(isOpen ? [] : [failed.has(i) ? failure : null]);
              expect(retained).toBeLessThanOrEqual(1);
            }
          };
          const settle = (leaf: (typeof leaves)[number], kind: string) => {
            leaves = leaves.filter(each => each !== leaf);
            if (kind === 'fail') {
              for (const i of leaf.roots) failed.add(i);
              leaf.ack.fail(failure);
            } else leaf.ack.done();
          };
          for (const { kind, at, size } of operations) {
            const leaf = leaves[at % Math.max(1, leaves.length)];
            if (!leaf) break;
            if (kind === 'share') {
              leaves = leaves.filter(each => each !== leaf);
              leaves.push(...leaf.ack.share(size).map(ack => ({ ack, roots: leaf.roots })));
            } else if (kind === 'all') {
              const taken = leaves.slice(0, Math.max(1, size));
              const ack = Ack.all(taken.map(each => each.ack));
              leaves = [
                ...leaves.slice(taken.length),
                { ack, roots: new Set(taken.flatMap(each => [...each.roots])) },
              ];
            } else if (kind === 'retain') leaf.ack.retain();
            else settle(leaf, kind);
            check();
          }
          while (leaves.length > 0) {
            settle(leaves[0]!, 'done');
            check();
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
