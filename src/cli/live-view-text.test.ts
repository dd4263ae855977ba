import { describe, expect, it } from 'vitest';
import { field, plainText, spread, styledLine } from './live-view-text.js';

describe('styledLine', () => {
  it('styles pieces and ends each style', () => {
    expect(styledLine(['a ', ['b', 'red'], ['c', { colour: 208 }]], 80)).toBe(
      'a \x1b[31mb\x1b[0m\x1b[38;5;208mc\x1b[0m',
    );
  });

  it('cuts by what is seen, not by what is written', () => {
    const line = styledLine([['abc', 'bold'], ['def', 'red'], 'ghi'], 5);
    expect(plainText(line)).toBe('abcde');
    expect(line.endsWith('\x1b[0m')).toBe(true);
  });

  // An empty piece once ended the line: a quiet meter had no scale.
  it('goes on after an empty piece', () => {
    expect(styledLine(['a', ['', 'yellow'], 'b'], 80)).toBe('ab');
  });
});

describe('spread', () => {
  it('puts something at the right end while there is room', () => {
    expect(spread(['left'], ['right'], 12).join('')).toBe('left   right');
    expect(spread(['left'], ['right'], 9).join('')).toBe('left');
  });
});

describe('field', () => {
  it('fills up and cuts', () => {
    expect(field('ab', 4)).toBe('ab  ');
    expect(field('abcdef', 4)).toBe('abcd');
  });
});
