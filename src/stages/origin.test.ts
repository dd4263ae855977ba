import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { originHeaders, originOf, originSource } from './origin.js';

describe('origin headers', () => {
  it('come back as they were sent', () => {
    const offset = fc.integer({ min: 0, max: 2 ** 49 });
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string(),
        fc.nat(9999),
        offset,
        fc.nat(),
        (stage, topic, id, p, at, index) => {
          const origin = { source: originSource(stage, topic, id, p), offset: at, index };
          expect(originOf(originHeaders(origin))).toEqual(origin);
        },
      ),
    );
  });

  it('name a source by stage, topic, incarnation and partition, none of which runs into another', () => {
    const sources = [
      originSource('a', 'b', 'c', 0),
      originSource('ab', '', 'c', 0),
      originSource('a', 'b', 'c2', 0),
      originSource('a', 'b', 'c', 1),
    ];
    expect(new Set(sources).size).toBe(4);
    expect(originSource('a', 'b', 'c', 0)).toBe(sources[0]);
  });

  it('are null where a record has none', () => {
    expect(originOf({})).toBeNull();
  });

  it.each([
    '',
    'http://plant:80:1',
    'short.0:1:1',
    'abcdefgh.0:1',
    'abcdefgh.0:-1:1',
    'abcdefgh.0:1:1:1',
    `${'x'.repeat(5000)}:1:1`,
  ])('are taken for none when somebody else wrote them, so that nobody fills our checkpoints: %j', text => {
    expect(originOf({ origin: Buffer.from(text) })).toBeNull();
  });
});
