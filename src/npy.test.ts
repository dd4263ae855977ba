import { describe, expect, it } from 'vitest';
import { PlantsenseError } from './errors.js';
import { decodeNpy, encodeNpy } from './npy.js';

describe('npy', () => {
  it('writes the bytes that numpy.save writes', () => {
    const bytes = encodeNpy(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    const text = Buffer.from(bytes).toString('latin1');
    expect(text.slice(0, 128)).toBe(
      `\x93NUMPY\x01\x00v\x00${"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117)}\n`,
    );
    expect(bytes.length).toBe(128 + 24);
  });

  it.each([
    ['float32', Float32Array.of(1.5, Number.NaN, Number.POSITIVE_INFINITY, -0)],
    ['float64', Float64Array.of(Math.PI, 1e300, 0, -1)],
    ['int32', Int32Array.of(0, -1, 2 ** 31 - 1, -(2 ** 31))],
  ])('reads what it wrote: %s', (_, data) => {
    for (const shape of [[4], [2, 2], [1, 4, 1]]) {
      const back = decodeNpy(encodeNpy(data, shape));
      expect(back.data).toEqual(data);
      expect(back.shape).toEqual(shape);
    }
  });

  it('reads an array out of the middle of other bytes', () => {
    const bytes = encodeNpy(Float64Array.of(1, 2));
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(decodeNpy(larger.subarray(3)).data).toEqual(Float64Array.of(1, 2));
    expect(decodeNpy(Buffer.from(larger).subarray(3)).data).toEqual(Float64Array.of(1, 2));
  });

  it('keeps a shape without values, and one without dimensions', () => {
    expect(decodeNpy(encodeNpy(new Float32Array(0), [0, 1024, 32])).shape).toEqual([0, 1024, 32]);
    expect(decodeNpy(encodeNpy(Float32Array.of(5), [])).shape).toEqual([]);
  });

  it('reads 64-bit integers, which numpy makes by default, when they fit into 32', () => {
    const bytes = encodeNpy(new Float64Array(2));
    const asInt64 = (values: readonly bigint[]) => {
      const copy = Buffer.from(bytes);
      copy.write('<i8', copy.indexOf('<f8'), 'latin1');
      values.forEach((value, i) => {
        copy.writeBigInt64LE(value, 128 + 8 * i);
      });
      return copy;
    };
    expect(decodeNpy(asInt64([-7n, 9n])).data).toEqual(Int32Array.of(-7, 9));
    expect(() => decodeNpy(asInt64([0n, 2n ** 40n]))).toThrow(/1099511627776/);
  });

  it('says what is wrong with a file', () => {
    const bytes = encodeNpy(new Float32Array(8), [2, 4]);
    const edited = (from: string, to: string) =>
      Buffer.from(Buffer.from(bytes).toString('latin1').replace(from, to), 'latin1');
    const invalid = (file: Uint8Array) => {
      try {
        decodeNpy(file);
      } catch (error) {
        if (error instanceof PlantsenseError) return `${error.code}: ${error.message}`;
      }
      return 'accepted';
    };
    expect(invalid(new Uint8Array(4))).toMatch(/^NPY_INVALID: .*does not start/);
    expect(invalid(bytes.subarray(0, bytes.length - 1))).toMatch(/^NPY_INVALID: .*cut short.*32 bytes.*31/);
    expect(invalid(bytes.subarray(0, 60))).toMatch(/^NPY_INVALID: .*header/);
    expect(invalid(edited('<f4', '>f4'))).toMatch(/^NPY_INVALID: .*'>f4', not one of <f4, <f8, <i4, <i8/);
    expect(invalid(edited('False', 'True '))).toMatch(/^NPY_INVALID: .*Fortran/);
    expect(invalid(edited("'shape'", "'shade'"))).toMatch(/^NPY_INVALID: .*header/);
  });

  it('refuses to write a shape that the values do not fill', () => {
    expect(() => encodeNpy(new Float32Array(5), [2, 3])).toThrow(/shape \(2, 3\) has 6 values, not 5/);
  });
});
