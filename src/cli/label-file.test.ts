import { describe, expect, it } from 'vitest';
import { parseLabelFile } from './label-file.js';

const rows = (text: string) => parseLabelFile(text, 'l.csv').map(({ id, label }) => [id, label]);

describe('a file of labels', () => {
  it('has a column of ids and one of labels, and may have others', () => {
    const expected = [
      ['a', 'scratch'],
      ['b', 'dent'],
    ];
    expect(rows('id,label\na,scratch\nb,dent\n')).toEqual(expected);
    expect(rows('\ufefflabel,path,id\r\nscratch,1/2,a\r\n\r\n dent ,3,b')).toEqual(expected);
    expect(rows('id,label\n2/25,"edges, ""sharp"" ones"')).toEqual([['2/25', 'edges, "sharp" ones']]);
  });

  it.each([
    ['', /holds no labels/],
    ['id,label\n', /holds no labels/],
    ['a,scratch\nb,dent', /no column id; a first line names id and label/],
    ['id,name\na,scratch', /no column label/],
    ['id,label\na,scratch\nb', /Line 3 has 1 value/],
    ['id,label\na,"scratch', /Line 2 has a quote without its end/],
    ['id,label\na,scratch\nb, ', /The label in row 2 must have 1 to 256 characters/],
    ['id,label\n,scratch', /The id in row 1/],
    [`id,label\na,${'x'.repeat(257)}`, /The label in row 1/],
  ])('is refused by name, with what is wrong: %j', (text, words) => {
    const error = { code: 'CSV_INVALID', message: expect.stringMatching(words) };
    expect(() => rows(text)).toThrow(expect.objectContaining(error));
    expect(() => rows(text)).toThrow(/^l\.csv: /);
  });
});
