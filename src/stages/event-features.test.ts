import { describe, expect, it } from 'vitest';
import { codec } from '../records/codec.js';
import { tensorBytes } from '../records/tensor-bytes.js';
import { EXAMPLES } from '../records/testing/examples.js';
import { decodeEventFeatures } from './event-features.js';

const encoded = (shape: readonly number[], values: number) =>
  codec('noise-features').encode({
    ...EXAMPLES['noise-features'],
    shape,
    tensor: tensorBytes(new Float32Array(values)),
  });

describe('the features of an event', () => {
  it('are a spectrogram', () => {
    expect(decodeEventFeatures(encoded([2, 3], 6)).shape).toEqual([2, 3]);
  });

  it.each([
    [[6], 6],
    [[2, 2, 2], 8],
  ])('are refused with the shape %j, which fits its bytes and no model', (shape, values) => {
    const decode = () => decodeEventFeatures(encoded(shape, values));
    expect(decode).toThrow(expect.objectContaining({ code: 'RECORD_INVALID' }));
  });

  it('are no tombstone', () => {
    expect(() => decodeEventFeatures(null)).toThrow(expect.objectContaining({ class: 'terminal' }));
  });
});
