import { describe, expect, it } from 'vitest';
import { tensorBytes, tensorFloats } from './tensor-bytes.js';

describe('tensor bytes', () => {
  const values = new Float32Array([1.5, -80, 3e-10]);

  it('are a view of the floats', () => {
    expect(tensorBytes(values).buffer).toBe(values.buffer);
    expect(tensorFloats(tensorBytes(values)).buffer).toBe(values.buffer);
  });

  it.each([0, 1, 2, 3])('give the same floats at the offset %i of a message', offset => {
    const message = Buffer.concat([Buffer.alloc(offset), tensorBytes(values), Buffer.alloc(3)]);
    expect(tensorFloats(message.subarray(offset, offset + 12))).toEqual(values);
  });
});
