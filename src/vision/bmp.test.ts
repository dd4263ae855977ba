import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { decodeBmp } from './bmp.js';
import { IMAGE_LIMITS } from './image-limits.js';
import { goldenFile } from './testing/goldens.js';

/** A bitmap of which some numbers were overwritten, by their place. */
function changed(name: string, ...writes: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const bytes = Buffer.from(goldenFile(name));
  for (const [at, value] of writes) bytes.writeInt32LE(value, at);
  return bytes;
}

const WIDTH_AT = 18;
const HEIGHT_AT = 22;
const COMPRESSION_AT = 30;
const COLOURS_AT = 46;

describe('decodeBmp', () => {
  it.each([
    ['more pixels than there are bytes', changed('bmp rgb', [WIDTH_AT, 5000]), 'IMAGE_INVALID'],
    [
      'a picture that fills memory',
      changed('bmp rgb', [WIDTH_AT, 60_000], [HEIGHT_AT, 60_000]),
      'IMAGE_TOO_LARGE',
    ],
    ['no rows', changed('bmp rgb', [HEIGHT_AT, 0]), 'IMAGE_INVALID'],
    ['a negative width', changed('bmp rgb', [WIDTH_AT, -13]), 'IMAGE_INVALID'],
    ['the most negative height', changed('bmp rgb', [HEIGHT_AT, -(2 ** 31)]), 'IMAGE_TOO_LARGE'],
    ['pixels inside the header', changed('bmp rgb', [10, 20]), 'IMAGE_INVALID'],
    ['pixels behind the end', changed('bmp rgb', [10, 2 ** 31 - 1]), 'IMAGE_INVALID'],
    ['run-length compression', changed('bmp palette', [COMPRESSION_AT, 1]), 'IMAGE_FORMAT_UNSUPPORTED'],
    ['a PNG inside', changed('bmp rgb', [COMPRESSION_AT, 5]), 'IMAGE_FORMAT_UNSUPPORTED'],
    ['an OS/2 header', changed('bmp rgb', [14, 12]), 'IMAGE_FORMAT_UNSUPPORTED'],
    ['a header as long as can be', changed('bmp rgb', [14, -1]), 'IMAGE_INVALID'],
    ['16 bits a pixel', changed('bmp rgb', [26, (16 << 16) | 1]), 'IMAGE_FORMAT_UNSUPPORTED'],
    ['colours that the palette lacks', changed('bmp palette', [COLOURS_AT, 10]), 'IMAGE_INVALID'],
    [
      'swapped colours',
      changed('bmp with bit fields', [54, 0xff], [62, 0xff0000]),
      'IMAGE_FORMAT_UNSUPPORTED',
    ],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => decodeBmp(bytes, IMAGE_LIMITS)).toThrow(expect.objectContaining({ code }));
  });

  it('reads nothing behind the end, for the last byte and the palette too', () => {
    const whole = goldenFile('bmp rgb');
    const palette = changed('bmp palette', [10, 54], [WIDTH_AT, 1], [HEIGHT_AT, 1], [COLOURS_AT, 0]);
    for (const bytes of [whole.subarray(0, -1), palette.subarray(0, 54 + 1023)])
      expect(() => decodeBmp(bytes, IMAGE_LIMITS)).toThrow(/cut short/);
  });

  it('takes a palette for colours if any two of its channels differ', () => {
    // The second of two colours is white; blue, green, red.
    for (const colour of [0xffff00, 0xff00ff, 0x00ffff])
      expect(decodeBmp(changed('bmp 1 bit', [58, colour]), IMAGE_LIMITS).channels).toBe(3);
    expect(decodeBmp(changed('bmp 1 bit', [58, 0x7f7f7f]), IMAGE_LIMITS).channels).toBe(1);
  });

  it('takes any bytes for a picture or refuses them, and never reads past their end', () => {
    const names = ['bmp 1 bit', 'bmp palette', 'bmp rgb', 'bmp with bit fields', 'bmp 4 bits from the top'];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.tuple(fc.nat(69), fc.nat(255)), { maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (name, writes, part) => {
          const bytes = Uint8Array.from(goldenFile(name));
          for (const [at, value] of writes) bytes[at] = value;
          try {
            const image = decodeBmp(bytes.subarray(0, Math.ceil(part * bytes.length)), {
              ...IMAGE_LIMITS,
              maxPixels: 1e6,
            });
            expect(image.data.length).toBe(image.width * image.height * image.channels);
          } catch (error) {
            expect(error).toBeInstanceOf(PlantsenseError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
