import { describe, expect, it } from 'vitest';
import { parseInsert } from './insert-text.js';

/** What an INSERT is taken apart into, the rows in the place of their position. */
function parts(text: string) {
  const insert = parseInsert(text);
  return insert && [insert.target, insert.settings, insert.format, text.slice(insert.dataStart)];
}

describe('parseInsert', () => {
  it.each([
    ['INSERT INTO t FORMAT CSV', ['INSERT INTO t', '', 'CSV', '']],
    ['INSERT INTO t (a, b) FORMAT TSV\n1\t2\n', ['INSERT INTO t (a, b)', '', 'TSV', '1\t2\n']],
    ['INSERT INTO t FORMAT RowBinary\n\n\n', ['INSERT INTO t', '', 'RowBinary', '\n\n']],
    ['insert into t format JSONEachRow {"a":1}', ['insert into t', '', 'JSONEachRow', '{"a":1}']],
    ['INSERT INTO t VALUES (1), (2)', ['INSERT INTO t', '', 'Values', ' (1), (2)']],
    [
      "INSERT INTO d.t (* EXCEPT (a)) SETTINGS x = 1, y = 'FORMAT' FORMAT CSV 1",
      ['INSERT INTO d.t (* EXCEPT (a))', "SETTINGS x = 1, y = 'FORMAT'", 'CSV', '1'],
    ],
    ['INSERT INTO format FORMAT CSV 1', ['INSERT INTO format', '', 'CSV', '1']],
    ['INSERT INTO d.values (format) VALUES (1)', ['INSERT INTO d.values (format)', '', 'Values', ' (1)']],
    [
      "INSERT INTO TABLE FUNCTION null('x Int8') FORMAT CSV 1",
      ["INSERT INTO TABLE FUNCTION null('x Int8')", '', 'CSV', '1'],
    ],
  ])('takes %j apart', (text, expected) => {
    expect(parts(text)).toEqual(expected);
  });

  it.each([
    'INSERT INTO t SELECT 1',
    'INSERT INTO t (a) WITH 1 AS x SELECT x',
    'INSERT INTO t (SELECT 1)',
    "INSERT INTO t FROM INFILE 'x' FORMAT CSV",
    'INSERT INTO t',
  ])('leaves %j to the engine', text => {
    expect(parseInsert(text)).toBeNull();
  });
});
