import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine, parseCsv } from './csv.js';

const rowsOf = (text: string) => parseCsv(text).map(row => Object.fromEntries(row));

describe('a CSV file', () => {
  it('gives back what was written, whatever it holds', () => {
    const value = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', ' ', 'ü') });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value)), rows => {
        const text = csvLine(['path', 'label']) + rows.map(row => csvLine(row)).join('');
        expect(rowsOf(text)).toEqual(rows.map(([path, label]) => ({ path, label })));
      }),
    );
  });

  it('may come from a spreadsheet: with a byte order mark, and without an end of the last line', () => {
    expect(rowsOf('\uFEFFpath,label\r\na.png,"rolled, in"\r\n\r\nb.png,')).toEqual([
      { path: 'a.png', label: 'rolled, in' },
      { path: 'b.png', label: '' },
    ]);
    expect(rowsOf('')).toEqual([]);
  });

  it.each([
    ['path,label\na.png\n', 'Line 2 has 1 value; the header names 2.'],
    ['path\n"a\nb"\n"c.png\n', 'Line 4 has a quote without its end'],
    ['path\na"b.png\n', 'Line 2 has a quote without its end, or one inside a value.'],
  ])('is refused by its line: %j', (text, message) => {
    expect(() => parseCsv(text)).toThrow(message);
  });
});
