import { expect, it } from 'vitest';
import { FrameOrder } from './frame-order.js';

it('tells of each camera what did not come as it was taken', () => {
  const order = new FrameOrder();
  const observe = (sensor: string, streamId: string, ...indices: readonly number[]) =>
    indices.map(frameIndex => order.observe({ sensor, streamId, frameIndex }));
  // Whoever starts in the middle of a stream has missed nothing.
  expect(observe('a', 's1', 7, 8, 8, 9)).toEqual([null, null, 'duplicate', null]);
  expect(observe('b', 's1', 0, 3, 1, 2, 4)).toEqual([null, 'gap', 'stale', 'stale', null]);
  expect(observe('a', 's1', 10)).toEqual([null]);
  expect(observe('a', 's2', 0, 1)).toEqual(['stream_changed', null]);
});
