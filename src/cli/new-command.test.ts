import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { MAX_TIME_US } from '../records/rules.js';
import { decimalNumber, timeUs, wholeNumber, wordOr } from './new-command.js';

describe('the value of an option', () => {
  it.each(['', ' ', 'x', '1.5', '0', '11', 'Infinity', '1e400'])(
    'is refused when %j should be a count',
    text => {
      expect(() => wholeNumber(1, 10)(text)).toThrow(InvalidArgumentError);
    },
  );

  it('may be written in any way that JavaScript reads', () => {
    expect(wholeNumber(1)('1e3')).toBe(1000);
    expect(decimalNumber(0)('.5')).toBe(0.5);
  });

  it('may have to lie above 0, and the text says so', () => {
    expect(decimalNumber(Number.MIN_VALUE)('1e-9')).toBe(1e-9);
    expect(() => decimalNumber(Number.MIN_VALUE)('0')).toThrow('It must be a number above 0.');
  });

  it('may be a word', () => {
    const speed = wordOr('max', Number.POSITIVE_INFINITY, wordOr('realtime', 1, decimalNumber(0.1)));
    expect([speed('max'), speed('realtime'), speed('4')]).toEqual([Number.POSITIVE_INFINITY, 1, 4]);
    expect(() => speed('fast')).toThrow('It must be max or realtime or a number of 0.1 or more.');
  });

  it('is a point in time in microseconds', () => {
    expect(timeUs('1970-01-01T00:00:01Z')).toBe(1_000_000);
    expect(timeUs('1970-01-02')).toBe(86_400_000_000);
    expect(timeUs('2200-01-01')).toBe(MAX_TIME_US);
    for (const text of ['7', '2026-13-01', '1969-12-31T23:59:59Z', '2300-01-01'])
      expect(() => timeUs(text)).toThrow(InvalidArgumentError);
  });
});
