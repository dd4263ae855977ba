import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from './byte-codec.js';

/** Writes, reads again, and says how many bytes it took. */
function through<T>(write: (out: ByteWriter) => void, read: (input: ByteReader) => T) {
  const out = new ByteWriter();
  write(out);
  const input = new ByteReader(out.bytes);
  const value = read(input);
  expect(input.isAtEnd).toBe(true);
  return { value, bytes: out.bytes.length };
}

describe('bytes of a commit', () => {
  it('give back every whole number, the small ones in a byte', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), value => {
        expect(
          through(
            out => out.varint(value),
            input => input.varint(),
          ).value,
        ).toBe(value);
      }),
    );
    expect(
      through(
        out => out.varint(127),
        input => input.varint(),
      ),
    ).toEqual({ value: 127, bytes: 1 });
    expect(
      through(
        out => out.varint(128),
        input => input.varint(),
      ),
    ).toEqual({ value: 128, bytes: 2 });
  });

  it('give back numbers of either sign, -64 to 63 in a byte', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }), value => {
        expect(
          through(
            out => out.signed(value),
            input => input.signed(),
          ).value,
        ).toBe(value);
      }),
    );
    for (const value of [-64, 63])
      expect(
        through(
          out => out.signed(value),
          input => input.signed(),
        ),
      ).toEqual({ value, bytes: 1 });
  });

  it('give back all bits of a double', () => {
    fc.assert(
      fc.property(fc.double(), value => {
        expect(
          through(
            out => out.double(value),
            input => input.double(),
          ).value,
        ).toBe(value);
      }),
    );
  });

  it('give back text and blocks, which are copies', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        expect(
          through(
            out => out.text(text),
            input => input.text(),
          ).value,
        ).toBe(text);
      }),
    );
    const { value } = through(
      out => out.block(Uint8Array.of(1, 2)),
      input => input.block(),
    );
    expect([...value]).toEqual([1, 2]);
    expect(value.buffer.byteLength).toBe(2);
  });

  it.each([
    ['end in a number', Uint8Array.of(200), (input: ByteReader) => input.varint()],
    ['hold a number that is too large', new Uint8Array(9).fill(255), (input: ByteReader) => input.varint()],
    ['end in a double', new Uint8Array(7), (input: ByteReader) => input.double()],
    ['end in a block', Uint8Array.of(3, 1, 2), (input: ByteReader) => input.block()],
  ])('are refused when they %s', (_, bytes, read) => {
    expect(() => read(new ByteReader(bytes))).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_INVALID' }),
    );
  });
});
