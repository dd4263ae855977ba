import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClientHeader, type Frame, FrameReader, sendFrame } from './wire.js';

/** The bytes of frames, as a socket would send them. */
function bytesOf(frames: readonly Frame<ClientHeader>[]): Buffer {
  const stream = new PassThrough({ highWaterMark: 2 ** 30 });
  for (const { header, payload } of frames) sendFrame(stream as unknown as Socket, header, payload);
  return (stream.read() as Buffer | null) ?? Buffer.alloc(0);
}

describe('frames', () => {
  it('come out as they went in, however the bytes are cut', () => {
    const frame = fc.record({
      header: fc.record({ id: fc.nat(), op: fc.string(), args: fc.jsonValue() }),
      payload: fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(
        fc.array(frame),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (frames, cuts) => {
          const bytes = bytesOf(frames);
          const received: Frame<ClientHeader>[] = [];
          const reader = new FrameReader<ClientHeader>(f => received.push(f));
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const end = at + cuts[i % cuts.length]!;
            reader.push(bytes.subarray(at, end));
            at = end;
          }
          expect(received.map(f => JSON.stringify(f.header))).toEqual(
            frames.map(f => JSON.stringify(f.header)),
          );
          expect(received.map(f => f.payload.toString('hex'))).toEqual(
            frames.map(f => f.payload.toString('hex')),
          );
        },
      ),
    );
  });

  it.each([
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a header longer than its frame', Buffer.from([0, 0, 0, 8, 0, 0, 0, 9, 1, 2, 3, 4])],
    ['a header that is not JSON', Buffer.from([0, 0, 0, 6, 0, 0, 0, 2, 123, 123])],
    ['a frame without a header', Buffer.from([0, 0, 0, 0])],
  ])('refuse %s', (_, bytes) => {
    const reader = new FrameReader(() => {}, 4_096);
    expect(() => reader.push(bytes)).toThrow(/another protocol/);
  });
});
