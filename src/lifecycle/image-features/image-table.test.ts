import { describe, expect, it } from 'vitest';
import { imageTable, parseImageTable } from './image-table.js';

describe('a table of images', () => {
  const images = [
    { path: 'a, b.png', nearLabel: 'patch' },
    { path: 'c.png', nearLabel: null },
  ];

  it('says again what it was made of', () => {
    expect(parseImageTable(imageTable(images))).toEqual(images);
  });

  it('may be a list of paths', () => {
    expect(parseImageTable('a.png\npath to/b.png\n')).toEqual([
      { path: 'a.png', nearLabel: null },
      { path: 'path to/b.png', nearLabel: null },
    ]);
    expect(parseImageTable('path\na.png\n')).toEqual([{ path: 'a.png', nearLabel: null }]);
  });

  it('is refused when its rows are not in order, or it names no images', () => {
    expect(() => parseImageTable('row,path\n1,a.png\n')).toThrow(
      'a.png is said to be row 1, but stands in row 0.',
    );
    expect(() => parseImageTable('row,near_label\n0,x\n')).toThrow('needs a column path');
  });
});
