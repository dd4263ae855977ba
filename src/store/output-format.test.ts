import { expect, it } from 'vitest';
import { outputFormat } from './output-format.js';

it('knows short names, and takes a ClickHouse name as it is', () => {
  expect(outputFormat('csv')).toBe('CSVWithNames');
  expect(outputFormat('Parquet')).toBe('Parquet');
  expect(() => outputFormat('CSV; DROP TABLE t')).toThrow(
    'There is no output format CSV; DROP TABLE t; try table, json, csv, tsv, markdown, vertical.',
  );
});
