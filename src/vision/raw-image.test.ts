import { describe, expect, it } from 'vitest';
import { rawImage } from './raw-image.js';

describe('rawImage', () => {
  it('takes rows of grey, of RGB and of little endian 16-bit grey', () => {
    expect(rawImage('GRAY8', 3, 2, Uint8Array.of(1, 2, 3, 4, 5, 6))).toEqual({
      width: 3,
      height: 2,
      channels: 1,
      data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(rawImage('RGB8', 1, 2, Uint8Array.of(1, 2, 3, 4, 5, 6))).toMatchObject({ width: 1, channels: 3 });
    expect(rawImage('GRAY16', 1, 3, Uint8Array.of(1, 2, 0xff, 0xff, 0, 0x80)).data).toEqual(
      Uint16Array.of(0x0201, 0xffff, 0x8000),
    );
  });

  it('reads 16 bits at an odd address, where a message may put them', () => {
    const message = Uint8Array.of(9, 1, 2, 3, 4);
    expect(rawImage('GRAY16', 2, 1, message.subarray(1)).data).toEqual(Uint16Array.of(0x0201, 0x0403));
  });

  it.each([
    ['no bytes', 'GRAY8', 1, 1, 0, 'IMAGE_EMPTY'],
    ['a byte too few', 'GRAY8', 3, 2, 5, 'IMAGE_INVALID'],
    ['a byte too many', 'RGB8', 3, 2, 19, 'IMAGE_INVALID'],
    ['half a pixel', 'GRAY16', 3, 2, 11, 'IMAGE_INVALID'],
    ['no width', 'GRAY8', 0, 2, 1, 'IMAGE_INVALID'],
    ['a negative height', 'GRAY8', 1, -1, 1, 'IMAGE_INVALID'],
    ['a broken width', 'GRAY8', 1.5, 2, 3, 'IMAGE_INVALID'],
    ['a size above the limits', 'GRAY8', 2 ** 31 - 1, 2 ** 31 - 1, 1, 'IMAGE_TOO_LARGE'],
  ] as const)('refuses %s', (_, encoding, width, height, length, code) => {
    expect(() => rawImage(encoding, width, height, new Uint8Array(length))).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
