import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader } from './frame-reader.js';

const framed = (body: Buffer) => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
};

describe('reading frames', () => {
  it('finds the same frames however the stream is cut', () => {
    const bodies = fc.array(
      fc.uint8Array({ minLength: 4, maxLength: 50 }).map(b => Buffer.from(b)),
      {
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(bodies, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (frames, cuts) => {
        const found: Buffer[] = [];
        const reader = new FrameReader(frame => found.push(frame));
        const stream = Buffer.concat(frames.map(framed));
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = cuts[i % cuts.length]!;
          reader.push(stream.subarray(at, at + size));
          at += size;
        }
        expect(found).toEqual(frames);
      }),
    );
  });

  it('refuses a length that no broker sends, such as the start of a TLS alert or of HTTP', () => {
    const reader = new FrameReader(() => {});
    expect(() => reader.push(Buffer.from([0x15, 3, 3, 0, 2, 2, 70]))).toThrow(/TLS/);
    expect(() => new FrameReader(() => {}).push(Buffer.from('HTTP/1.1 400'))).toThrow(RangeError);
    expect(() => new FrameReader(() => {}).push(Buffer.alloc(4))).toThrow(RangeError);
  });
});
