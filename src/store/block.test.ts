import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBlock } from './block.js';
import { array, bool, float64, nullable, string, timeUs, uint32, uint64 } from './column-type.js';
import { column, type Table } from './table.js';

function tableOf<R>(columns: Table<R>['columns']): Table<R> {
  return { name: 't', comment: '', columns, orderBy: [], primaryKey: [], partitionBy: '', ttlDays: 1 };
}

const hex = <R>(columns: Table<R>['columns'], rows: R[]) =>
  encodeBlock(tableOf(columns), rows).body.toString('hex');

/** One column, whose value is the row. */
const single = <T>(type: Parameters<typeof column<T, T>>[1]) => [column<T, T>('x', type, '', row => row)];

describe('rows are encoded as RowBinary', () => {
  it('numbers little endian', () => {
    expect(hex(single(uint32), [1, 0xffffffff])).toBe('01000000ffffffff');
    expect(hex(single(uint64), [2 ** 53 - 1])).toBe('ffffffffffff1f00');
    expect(hex(single(timeUs), [-1])).toBe('ffffffffffffffff');
    expect(hex(single(float64), [1])).toBe('000000000000f03f');
  });

  it('strings and arrays with their length before them', () => {
    expect(hex(single(string), ['', 'é', 'x'.repeat(200)])).toBe(`0002c3a9c801${'78'.repeat(200)}`);
    expect(hex(single(array(bool)), [[], [true, false]])).toBe('00020100');
  });

  it('nothing as a flag', () => {
    expect(hex(single(nullable(uint32)), [null, 7])).toBe('010007000000');
  });

  it('any 64-bit time as a BigInt would be', () => {
    const times = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(times, time => {
        const expected = Buffer.alloc(8);
        expected.writeBigInt64LE(BigInt(time));
        expect(hex(single(timeUs), [time])).toBe(expected.toString('hex'));
      }),
    );
  });

  it('in a buffer that grows as it must', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => `row ${i} `.repeat(10));
    const { body } = encodeBlock(tableOf(single(string)), rows);
    let at = 0;
    for (const row of rows) {
      expect(body[at]).toBe(row.length);
      expect(body.toString('utf8', at + 1, at + 1 + row.length)).toBe(row);
      at += 1 + row.length;
    }
    expect(at).toBe(body.length);
  });

  it.each([
    [uint64, -1, '-1 is negative'],
    [uint64, 2 ** 53, '9007199254740992 is not a safe integer'],
    [float64, Number.NaN, 'NaN is not a finite number'],
  ])('but not a value that its column can not hold (%#)', (type, value, reason) => {
    expect(() => hex(single(type), [1, value])).toThrow(`Row 1 does not fit t.x: ${reason}.`);
  });
});
