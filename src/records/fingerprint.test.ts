import { describe, expect, it } from 'vitest';
import { crc64Avro } from './fingerprint.js';

describe('crc64Avro', () => {
  // Values of the Avro project's own test data (share/test/data/schema-tests.txt).
  it.each([
    ['"null"', '63dd24e7cc258f8a'],
    ['"boolean"', '9f42fc78a4d4f764'],
    ['"int"', '7275d51a3f395c8f'],
    ['"string"', '8f014872634503c7'],
    ['', 'c15d213aa4d7a795'],
  ])('equals the specification for %s', (canonical, expected) => {
    expect(crc64Avro(canonical).reverse().toString('hex')).toBe(expected);
  });

  it('is little endian', () => {
    expect(crc64Avro('"int"').toString('hex')).toBe('8f5c393f1ad57572');
  });
});
