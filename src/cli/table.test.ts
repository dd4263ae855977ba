import { expect, it } from 'vitest';
import { formatTable } from './table.js';

it('puts words to the left and numbers to the right', () => {
  const rows = [
    ['mic-1', '7', ''],
    ['mic-12', '120', 'loud'],
  ];
  expect(formatTable(['sensor', 'events', 'note'], rows)).toBe(
    'sensor  events  note\nmic-1        7\nmic-12     120  loud\n',
  );
});

it('is nothing without rows', () => {
  expect(formatTable(['sensor'], [])).toBe('');
});
