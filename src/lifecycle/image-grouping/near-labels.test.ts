import { describe, expect, it } from 'vitest';
import { nearLabelsOf, parseNearLabels } from './near-labels.js';

const PATHS = ['images/left/1.png', 'images/right/1.png', 'images/right/2.png'];

describe('near-labels of a table', () => {
  it('are told by the path, which may be shorter or longer', () => {
    const csv =
      'path,near_label\nright/1.png,scratch\n/home/me/images/left/1.png,patch\n2.png,scratch\nother.png,x\n';
    expect(parseNearLabels(csv, PATHS)).toEqual(['patch', 'scratch', 'scratch']);
  });

  it('are told by the row where there are no paths, and may be empty', () => {
    const csv = 'row,near_label\n2,scratch\n0,\n1,7\n3,9\n';
    expect(parseNearLabels(csv, PATHS)).toEqual([null, '7', 'scratch']);
  });

  it.each([
    ['path,label\n1.png,a\n', 'It needs the columns path (or row) and near_label.'],
    ['', 'It needs the columns'],
    ['path,near_label\n1.png,a\n', '1.png stands for 2 images: images/left/1.png, images/right/1.png.'],
    ['path,near_label\nleft/1.png,a\nleft/1.png,b\n', 'It says two things of images/left/1.png: a and b.'],
    [
      'path,near_label\n2.png,a\n',
      'It has no line for 2 of 3 images: images/left/1.png, images/right/1.png.',
    ],
  ])('are refused: %j', (csv, message) => {
    expect(() => parseNearLabels(csv, PATHS)).toThrow(message);
  });

  it('have places by name, 2 before 10, and -1 where there is none', () => {
    expect(nearLabelsOf(['10', null, '2', '10'])).toEqual({
      names: ['2', '10'],
      ofRows: Int32Array.of(1, -1, 0, 1),
    });
    expect(nearLabelsOf([null])).toBeNull();
  });
});
