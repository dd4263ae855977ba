import { describe, expect, it } from 'vitest';
import { fitNoiseSettings } from './fit-noise-options.js';

const options = { kind: 'gmm', sequence: 1 } as const;

describe('the options of a fit', () => {
  it('say which range of groups can not be, unless the number is given', () => {
    const crossed = { ...options, minGroups: 9, maxGroups: 3 };
    expect(() => fitNoiseSettings(crossed)).toThrow('The fewest groups, 9, are more than the most, 3.');
    expect(fitNoiseSettings({ ...crossed, groups: 4 }).groups).toBe(4);
    expect(fitNoiseSettings({ ...options, minGroups: 3, maxGroups: 3 }).groups).toBe('auto');
  });
});
