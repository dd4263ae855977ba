import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { decodePcm, encodePcm, type PcmEncoding } from './pcm.js';

/** The bytes of interleaved numbers, as a recorder would write them. */
function bytesOf(encoding: PcmEncoding, values: readonly number[]): Uint8Array {
  const size = { u8: 1, s16le: 2, s24le: 3, s32le: 4, f32le: 4, f64le: 8 }[encoding];
  const bytes = Buffer.alloc(values.length * size);
  values.forEach((value, i) => {
    if (encoding === 'u8') bytes.writeUInt8(value, i);
    else if (encoding === 'f32le') bytes.writeFloatLE(value, 4 * i);
    else if (encoding === 'f64le') bytes.writeDoubleLE(value, 8 * i);
    else bytes.writeIntLE(value, size * i, size);
  });
  return bytes;
}

describe('decodePcm', () => {
  it.each([
    ['u8', [0, 64, 128, 255], [-1, -0.5, 0, 127 / 128]],
    ['s16le', [-32768, -16384, 0, 32767], [-1, -0.5, 0, 32767 / 32768]],
    ['s24le', [-8388608, -4194304, 0, 8388607], [-1, -0.5, 0, 8388607 / 8388608]],
    ['s32le', [-2147483648, -1073741824, 0, 2147483520], [-1, -0.5, 0, 2147483520 / 2147483648]],
    ['f32le', [-1, -0.5, 0, 1.25], [-1, -0.5, 0, 1.25]],
    ['f64le', [-1, -0.5, 0, 1.25], [-1, -0.5, 0, 1.25]],
  ] as const)('reads %s with full scale 1', (encoding, values, expected) => {
    expect([...decodePcm(bytesOf(encoding, values), encoding)]).toEqual(expected);
  });

  it.each(['u8', 's16le', 's24le', 's32le', 'f32le', 'f64le'] as const)(
    'mixes the channels of %s to their mean, wherever the bytes start',
    encoding => {
      const full = { u8: 128, s16le: 2 ** 15, s24le: 2 ** 23, s32le: 2 ** 31, f32le: 1, f64le: 1 }[encoding];
      const offset = encoding === 'u8' ? 128 : 0;
      const values = [0.5, 0.25, 0, -0.5, -0.5, -0.5].map(value => value * full + offset);
      const bytes = bytesOf(encoding, values);
      const shifted = new Uint8Array(bytes.length + 1);
      shifted.set(bytes, 1);
      expect([...decodePcm(shifted.subarray(1), encoding, 3)]).toEqual([0.25, -0.5]);
      expect([...decodePcm(Buffer.from(shifted.buffer, 1), encoding, 3)]).toEqual([0.25, -0.5]);
    },
  );

  it('writes into the buffer that it is given', () => {
    const out = new Float32Array(4).fill(9);
    const written = decodePcm(bytesOf('s16le', [16384, -16384]), 's16le', 1, out);
    expect(written.buffer).toBe(out.buffer);
    expect([...written]).toEqual([0.5, -0.5]);
    expect([...out]).toEqual([0.5, -0.5, 9, 9]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses a sample that is %s and says where it is',
    value => {
      for (const encoding of ['f32le', 'f64le'] as const) {
        const decode = () => decodePcm(bytesOf(encoding, [0, 0, 0, 0, value, 0]), encoding, 2);
        expect(decode).toThrow(PlantsenseError);
        expect(decode).toThrow(/Sample 2 is/);
      }
    },
  );

  it('refuses a double that overflows a float', () => {
    expect(() => decodePcm(bytesOf('f64le', [1e300]), 'f64le')).toThrow(/Sample 0 is Infinity/);
  });

  it('refuses bytes that end inside a frame, a buffer that is too small, and no channels', () => {
    expect(() => decodePcm(new Uint8Array(6), 's16le', 2)).toThrow(/6 bytes/);
    expect(() => decodePcm(new Uint8Array(8), 's16le', 1, new Float32Array(3))).toThrow(/4 samples/);
    expect(() => decodePcm(new Uint8Array(8), 's16le', 0)).toThrow(/channels/);
  });

  it('gives no samples for no bytes', () => {
    expect(decodePcm(new Uint8Array(0), 's24le', 2)).toHaveLength(0);
  });
});

describe('encodePcm', () => {
  it.each(['s16le', 's24le', 'f32le'] as const)('gives back the bytes that %s was decoded from', encoding => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -32768, max: 32767 })), values => {
        const scaled = values.map(value => (encoding === 'f32le' ? value / 32768 : value));
        const bytes = bytesOf(encoding, scaled);
        expect(encodePcm(decodePcm(bytes, encoding), encoding)).toEqual(new Uint8Array(bytes));
      }),
    );
  });

  it('clips beyond full scale instead of wrapping', () => {
    const loud = Float32Array.of(1, 2, -1, -2);
    expect([...decodePcm(encodePcm(loud, 's16le'), 's16le')]).toEqual([32767 / 32768, 32767 / 32768, -1, -1]);
    expect([...decodePcm(encodePcm(loud, 's24le'), 's24le')]).toEqual([
      8388607 / 8388608,
      8388607 / 8388608,
      -1,
      -1,
    ]);
  });

  it('refuses NaN, which has no integer', () => {
    expect(() => encodePcm(Float32Array.of(0, Number.NaN), 's16le')).toThrow(/Sample 1 is NaN/);
  });
});
