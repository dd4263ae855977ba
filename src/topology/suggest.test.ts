import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestWord, suggestKey } from './suggest.js';

const known = [
  'threshold_db',
  'drain_deadline_ms',
  'max_message_bytes',
  'calibration_db_spl',
  'mode',
  'sample_rate_hz',
];

describe('suggestKey', () => {
  it('mends a slip of the fingers', () => {
    expect(suggestKey('treshold_db', -40, known)).toEqual({
      kind: 'spelling',
      key: 'threshold_db',
      value: null,
    });
    expect(suggestKey('mdoe', 'off', known)).toMatchObject({ kind: 'spelling', key: 'mode' });
  });

  it('knows camel case and dashes', () => {
    expect(suggestKey('thresholdDB', 1, known)?.key).toBe('threshold_db');
    expect(suggestKey('max-message-bytes', 1, known)?.key).toBe('max_message_bytes');
  });

  it('finds the option with another unit and converts the value', () => {
    expect(suggestKey('drain_deadline_secs', 20, known)).toEqual({
      kind: 'unit',
      key: 'drain_deadline_ms',
      value: 20_000,
    });
    expect(suggestKey('max_message_mib', 1, known)?.value).toBe(1_048_576);
    expect(suggestKey('sampleRateKhz', 22.05, known)).toMatchObject({ key: 'sample_rate_hz', value: 22_050 });
  });

  it('finds the option when the unit is missing, and then does not guess the value', () => {
    expect(suggestKey('drain_deadline', 20, known)).toEqual({
      kind: 'unit',
      key: 'drain_deadline_ms',
      value: null,
    });
  });

  it('does not convert between references of level', () => {
    expect(suggestKey('threshold_dbfs', -20, known)).toEqual({
      kind: 'unit',
      key: 'threshold_db',
      value: null,
    });
    expect(suggestKey('calibration_db', 94, known)).toMatchObject({ key: 'calibration_db_spl', value: null });
  });

  it('stays silent about something else', () => {
    expect(suggestKey('banana', 1, known)).toBeNull();
    expect(suggestKey('x', 1, known)).toBeNull();
    expect(suggestKey('constructor', 1, known)).toBeNull();
  });
});

describe('editDistance', () => {
  it('counts insertions, deletions, changes and swaps', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('hop', 'hpo')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('is symmetric, zero only for equal words, and at most the longer word', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });
});

describe('nearestWord', () => {
  it('takes the nearest of several', () => {
    expect(nearestWord('noise_event', ['noise_learn', 'noise_events', 'store'])).toBe('noise_events');
    expect(nearestWord('COMPACT', ['delete', 'compact'])).toBe('compact');
  });
});
