import { describe, expect, it } from 'vitest';
import { parseLabelFile } from './label-file.js';

const rows = (text: string) => parseLabelFile(text, 'l.csv').map(({ id, label }) => [id, label]);

describe('a file of labels', () => {
  it('has an id and a label a line, with or without a header', () => {
    const expected = [
      ['a', 'scratch'],
      ['b', 'dent'],
    ];
    expect(rows('a,scratch\nb,dent\n')).toEqual(expected);
    expect(rows('ID,Label\r\na,scratch\r\n\r\nb,dent')).toEqual(expected);
    expect(rows('\ufeffid;label\na;scratch\nb;dent')).toEqual(expected);
    expect(rows('a\tscratch\nb\tdent')).toEqual(expected);
    expect(rows(' a , scratch \n"b","dent"')).toEqual(expected);
  });

  it('has quotes where a label holds a comma, and keeps words in other scripts', () => {
    expect(rows('2/25,"edges, ""sharp"" ones"\nc,Kratzer längs')).toEqual([
      ['2/25', 'edges, "sharp" ones'],
      ['c', 'Kratzer längs'],
    ]);
  });

  it.each([
    ['a,scratch\nb', 2],
    ['a,scratch,more', 1],
    ['a,', 1],
    [',scratch', 1],
    ['a,"scratch', 1],
    ['a,"scratch"x', 1],
    ['a,b\n\nid,label\nc', 4],
    [`a,${'x'.repeat(257)}`, 1],
  ])('is refused with its line: %j', (text, line) => {
    expect(() => rows(text)).toThrow(
      expect.objectContaining({
        code: 'USAGE_INVALID',
        message: expect.stringContaining(`l.csv, line ${line}:`),
      }),
    );
  });

  it('is refused when it holds nothing', () => {
    for (const text of ['', '\n', 'id,label\n']) expect(() => rows(text)).toThrow(/holds no labels/);
  });
});
