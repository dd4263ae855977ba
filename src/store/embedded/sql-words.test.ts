import { describe, expect, it } from 'vitest';
import { leadingKeyword, statementShape } from './sql-words.js';

describe('leadingKeyword', () => {
  it.each([
    ['SELECT 1', 'SELECT'],
    ['  -- insert\n /* drop */ select 1', 'SELECT'],
    ['((SELECT 1) UNION ALL SELECT 2)', 'SELECT'],
    ["'insert' into", ''],
    ['', ''],
  ])('of %j is %j', (sql, keyword) => {
    expect(leadingKeyword(sql)).toBe(keyword);
  });
});

describe('statementShape', () => {
  it.each([
    ['SELECT 1', null],
    ['SELECT 1 FORMAT CSV', 'CSV'],
    ['SELECT 1 format JSON;', 'JSON'],
    ['SELECT 1 SETTINGS max_threads = 1 FORMAT TSV', 'TSV'],
    ["SELECT 1 FORMAT TSV SETTINGS max_threads = 1, log_comment = 'x'", 'TSV'],
    ["SELECT ' FORMAT CSV'", null],
    ['SELECT 1 -- FORMAT CSV', null],
    ['SELECT format FROM t', null],
    ["SELECT format('{}', x) FROM t", null],
    ['SELECT * FROM (SELECT 1 FORMAT CSV) LIMIT 1', null],
    ['SELECT 1 FORMAT CSV FORMAT JSON', 'JSON'],
  ])('finds the format at the end of %s: %s', (sql, format) => {
    expect(statementShape(sql).format).toBe(format);
  });

  it('tells several statements from one', () => {
    expect(statementShape('SELECT 1; ').several).toBe(false);
    expect(statementShape("SELECT ';'").several).toBe(false);
    expect(statementShape('SELECT 1; DROP TABLE t').several).toBe(true);
  });

  it('sees files that the engine would open', () => {
    expect(statementShape("SELECT 1 INTO OUTFILE '/tmp/x'").files).toBe(true);
    expect(statementShape('SELECT infile FROM outfile').files).toBe(false);
  });
});
